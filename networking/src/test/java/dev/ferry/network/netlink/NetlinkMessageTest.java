package dev.ferry.network.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.address.MacAddress;
import dev.ferry.network.address.Subnet;
import dev.ferry.runtime.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes against what ip(8) sends, taken with strace on x86_64; the order of bytes is the same on aarch64. */
class NetlinkMessageTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void addressIsWhatIpSends() {
        byte[] bytes = RouteMessages.addAddress(7, Ipv4Address.parse("172.17.0.2"), Subnet.parse("172.17.0.0/16"))
                .bytes(1, true);
        assertThat(HEX.formatHex(bytes))
                .isEqualTo("30000000" + "1400" + "0506" + "01000000" + "00000000"
                        + "02100000" + "07000000"
                        + "08000200" + "ac110002"
                        + "08000100" + "ac110002"
                        + "08000400" + "ac11ffff");
    }

    @Test
    void attributesAreAlignedAndNestedOnesSayTheirWholeLength() {
        byte[] bytes = new NetlinkMessage(16, 0, "nothing", new byte[0])
                .with(a -> a.nested(18, inner -> inner.text(1, "veth").octet(2, 9)))
                .bytes(3, false);
        assertThat(HEX.formatHex(bytes, 16, bytes.length))
                .isEqualTo("1800" + "1280" + "0900" + "0100" + "7665746800" + "000000" + "0500" + "0200"
                        + "09000000".substring(0, 8));
    }

    @Test
    void pairIsBornInTheOtherNamespace() throws NetlinkException {
        byte[] bytes = RouteMessages.newPair(
                        new RouteMessages.Pair("fe0", "eth0", new MacAddress("02:42:ac:11:00:02"), 9), 4)
                .bytes(1, false);
        NetlinkReply sent = NetlinkReply.of(bytes).getFirst();
        Link link = RouteMessages.link(sent);
        assertThat(link).isEqualTo(new Link(0, "fe0", 4, "veth", "", true));
    }

    @Test
    void unconnectedEndIsOff() throws NetlinkException {
        byte[] bytes = RouteMessages.newPair(
                        new RouteMessages.Pair("fe0", "eth0", new MacAddress("02:42:ac:11:00:02"), 9), 0)
                .bytes(1, false);
        assertThat(RouteMessages.link(NetlinkReply.of(bytes).getFirst()).up()).isFalse();
    }

    @Test
    void refusalHasTheKernelsSentence() throws NetlinkException {
        byte[] sentence = "Invalid prefix\0\0".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer datagram = ByteBuffer.allocate(16 + 20 + 4 + sentence.length).order(ByteOrder.nativeOrder());
        datagram.putInt(datagram.capacity())
                .putShort((short) 2)
                .putShort((short) 0x300)
                .putInt(5)
                .putInt(0);
        datagram.putInt(-22).put(new byte[16]);
        datagram.putShort((short) (4 + sentence.length)).putShort((short) 1).put(sentence);
        NetlinkReply reply = NetlinkReply.of(datagram.array()).getFirst();
        NetlinkException refusal = reply.refusal("make bridge \"x\"");
        assertThat(refusal).hasMessage("cannot make bridge \"x\": EINVAL (Invalid prefix)");
        assertThat(refusal.is(Errno.EINVAL)).isTrue();
    }

    @Test
    void damagedAnswersAreRefused() {
        for (String hex : List.of("08000000020000000100000000000000", "ff000000020000000100000000000000")) {
            assertThatThrownBy(() -> NetlinkReply.of(HEX.parseHex(hex)))
                    .isInstanceOf(NetlinkException.class)
                    .hasMessageContaining("cannot be read");
        }
        ByteBuffer longAttribute =
                ByteBuffer.wrap(HEX.parseHex("0900010000000000")).order(ByteOrder.nativeOrder());
        assertThatThrownBy(() -> NetlinkReply.attributes(longAttribute, 0)).isInstanceOf(NetlinkException.class);
    }

    @Test
    void anAttributeThatDoesNotFitIsNoSilentCut() {
        assertThatThrownBy(
                        () -> new NetlinkMessage(16, 0, "nothing", new byte[0]).with(a -> a.bytes(1, new byte[65532])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
