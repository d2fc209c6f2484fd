package dev.ferry.network.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.network.address.Ipv4Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortRequestTest {
    @ParameterizedTest
    @CsvSource({
        "80/tcp, '', 8080, TCP, 0.0.0.0, 8080, 8080, 80",
        "80, '', '', TCP, 0.0.0.0, 0, 0, 80",
        "53/udp, 127.0.0.1, 0, UDP, 127.0.0.1, 0, 0, 53",
        "80/tcp, '', 8000-8010, TCP, 0.0.0.0, 8000, 8010, 80",
    })
    void reads(
            String port,
            String ip,
            String hostPort,
            Transport transport,
            String host,
            int first,
            int last,
            int inside) {
        assertThat(PortRequest.parse(port, ip, hostPort))
                .isEqualTo(new PortRequest(transport, Ipv4Address.parse(host), first, last, inside));
    }

    @ParameterizedTest
    @CsvSource({
        "80/sctp, '', 80, cannot be published",
        "0/tcp, '', 80, invalid containerPort",
        "x/tcp, '', 80, invalid containerPort",
        "65536/tcp, '', 80, invalid containerPort",
        "80/tcp, '', 70000, invalid port specification",
        "80/tcp, '', 90-80, invalid port specification",
        "80/tcp, '', 0-80, invalid port specification",
        "80/tcp, '', +80, invalid port specification",
        "80/tcp, '::1', 80, IPv4 only",
        "80/tcp, 300.1.1.1, 80, invalid IP address",
    })
    void refuses(String port, String ip, String hostPort, String text) {
        assertThatThrownBy(() -> PortRequest.parse(port, ip, hostPort))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void collidesWhereBothWouldListen() {
        PublishedPort all = port(Transport.TCP, "0.0.0.0", 80);
        assertThat(all.collidesWith(port(Transport.TCP, "127.0.0.1", 80))).isTrue();
        assertThat(all.collidesWith(port(Transport.UDP, "0.0.0.0", 80))).isFalse();
        assertThat(all.collidesWith(port(Transport.TCP, "0.0.0.0", 81))).isFalse();
        assertThat(port(Transport.TCP, "127.0.0.2", 80).collidesWith(port(Transport.TCP, "127.0.0.1", 80)))
                .isFalse();
    }

    private static PublishedPort port(Transport transport, String host, int number) {
        return new PublishedPort(transport, Ipv4Address.parse(host), number, 80);
    }
}
