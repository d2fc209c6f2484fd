package dev.ferry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.container.HostConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResolversTest {
    private static final String OF_HOST = """
            # made by somebody
            nameserver 127.0.0.53
            nameserver 192.0.2.53
            nameserver ::1
            search example.com example.org
            options edns0 trust-ad
            """;

    @Test
    void theHostsLessWhatOnlyTheHostReaches() {
        assertThat(Resolvers.text(HostConfig.builder().build(), OF_HOST, false))
                .isEqualTo("nameserver 192.0.2.53\nsearch example.com example.org\noptions edns0 trust-ad\n");
        assertThat(Resolvers.text(HostConfig.builder().build(), OF_HOST, true))
                .startsWith("nameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver ::1\n");
    }

    @Test
    void whatTheUserSaysInsteadOfIt() {
        HostConfig host = HostConfig.builder()
                .dns(List.of("192.0.2.1"))
                .dnsSearch(List.of("."))
                .dnsOptions(List.of("ndots:2"))
                .build();
        assertThat(Resolvers.text(host, OF_HOST, false)).isEqualTo("nameserver 192.0.2.1\noptions ndots:2\n");
    }

    @Test
    void noNameserverIsMadeUp() {
        assertThat(Resolvers.text(HostConfig.builder().build(), "nameserver 127.0.0.1\n", false))
                .isEmpty();
    }
}
