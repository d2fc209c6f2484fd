package dev.ferry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.network.NetworkingConfig;
import dev.ferry.api.model.network.PortBinding;
import dev.ferry.api.model.network.PortMap;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Docker's own texts: its users and their scripts know them. */
class NetworkRulesTest {
    private static final PortMap WEB = new PortMap(Map.of("80/tcp", List.of(new PortBinding("", "8080"))));

    private static List<String> check(ContainerConfig config, HostConfig host, boolean bridged) {
        List<String> warnings = new ArrayList<>();
        NetworkRules.check(config, host, NetworkingConfig.empty(), bridged, warnings);
        return warnings;
    }

    private static void refused(ContainerConfig.Builder config, HostConfig.Builder host, String text) {
        HostConfig joining = host.networkMode("container:web").build();
        assertThatThrownBy(() -> check(config.build(), joining, true))
                .isInstanceOf(InvalidRequest.class)
                .hasMessage(text);
    }

    @Test
    void whoeverJoinsANetworkHasNoneOfItsOwn() {
        ContainerConfig.Builder plain = ContainerConfig.builder();
        refused(
                ContainerConfig.builder().hostname("x"),
                HostConfig.builder(),
                "conflicting options: hostname and the network mode");
        refused(plain, HostConfig.builder().dns(List.of("192.0.2.1")), "conflicting options: dns and the network mode");
        refused(
                plain,
                HostConfig.builder().extraHosts(List.of("a:192.0.2.1")),
                "conflicting options: custom host-to-IP mapping and the network mode");
        refused(
                plain,
                HostConfig.builder().portBindings(WEB),
                "conflicting options: port publishing and the container type network mode");
        refused(
                plain,
                HostConfig.builder().links(List.of("a:b")),
                "conflicting options: container type network can't be used with links. This would result in undefined behavior");
        assertThat(check(
                        plain.build(),
                        HostConfig.builder().networkMode("container:web").build(),
                        true))
                .isEmpty();
    }

    @Test
    void portsAreForTheDefaultNetwork() {
        HostConfig published = HostConfig.builder().portBindings(WEB).build();
        assertThat(check(ContainerConfig.empty(), published, true)).isEmpty();
        assertThat(check(
                        ContainerConfig.empty(),
                        published.toBuilder().networkMode("host").build(),
                        true))
                .containsExactly("Published ports are discarded when using host network mode");
        assertThatThrownBy(() -> check(ContainerConfig.empty(), published, false))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("--bridge none");
    }

    @Test
    void networksOfOnesOwnAreRefused() {
        HostConfig own = HostConfig.builder().networkMode("mine").build();
        assertThatThrownBy(() -> check(ContainerConfig.empty(), own, true)).isInstanceOf(Unsupported.class);
    }
}
