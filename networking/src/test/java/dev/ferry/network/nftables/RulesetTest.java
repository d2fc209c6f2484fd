package dev.ferry.network.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.netlink.NetlinkMessage;
import dev.ferry.network.port.PublishedPort;
import dev.ferry.network.port.Transport;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RulesetTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void portsAreKeysAsRegistersHaveThem() {
        Destination everywhere = new Destination(
                new PublishedPort(Transport.TCP, Ipv4Address.ANY, 8080, 80), Ipv4Address.parse("172.17.0.2"));
        assertThat(HEX.formatHex(everywhere.key())).isEqualTo("06000000" + "1f900000");
        assertThat(HEX.formatHex(everywhere.value())).isEqualTo("ac110002" + "00500000");
        Destination here = new Destination(
                new PublishedPort(Transport.UDP, Ipv4Address.parse("127.0.0.1"), 53, 5353),
                Ipv4Address.parse("172.17.0.3"));
        assertThat(HEX.formatHex(here.key())).isEqualTo("7f000001" + "11000000" + "00350000");
    }

    @Test
    void aTransactionIsABatch() {
        List<NetlinkMessage> batch = new Ruleset("t").addTable().transaction();
        assertThat(batch)
                .extracting(NetlinkMessage::about)
                .containsExactly("change table \"t\"", "make table \"t\"", "change table \"t\"");
    }

    @Test
    void manyEntriesAreSentInParts() {
        List<Map.Entry<byte[], byte[]>> many = Collections.nCopies(1001, Map.entry(new byte[8], new byte[8]));
        assertThat(new Ruleset("t").addEntries("m", many).transaction()).hasSize(5);
    }
}
