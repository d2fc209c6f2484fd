package dev.ferry.criu.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.IdMapping;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a checkpoint could not give back is refused before it is taken. */
class JoiningTest {
    @Test
    void namespacesThatCanBeJoinedAgainAreKept() throws RuntimeRefused {
        Joining joining = Joining.of(DefaultSpec.builder()
                .joinNamespace(NamespaceKind.NETWORK, "/net")
                .joinNamespace(NamespaceKind.IPC, "/ipc")
                .joinNamespace(NamespaceKind.UTS, "/uts")
                .build());
        assertThat(joining.network()).contains(Path.of("/net"));
        assertThat(joining.joined()).isEqualTo(Map.of("ipc", "/ipc", "uts", "/uts"));
    }

    @Test
    void othersAreRefusedByName() {
        assertThatThrownBy(() -> Joining.of(DefaultSpec.builder()
                        .joinNamespace(NamespaceKind.PID, "/pid")
                        .build()))
                .isInstanceOf(RuntimeRefused.class)
                .hasMessageContaining("joins \"pid\" by path");
    }

    @Test
    void mountThatMapsIdsIsRefused() {
        var mapping = List.of(new IdMapping(0, 1000, 10));
        for (Mount mount : List.of(
                new Mount("/data", "bind", "/srv", List.of("bind"), mapping, mapping),
                new Mount("/data", "bind", "/srv", List.of("rbind", "ridmap")))) {
            assertThatThrownBy(
                            () -> Joining.of(DefaultSpec.builder().mount(mount).build()))
                    .isInstanceOf(RuntimeRefused.class)
                    .hasMessageContaining("the mount at \"/data\" maps ids");
        }
    }
}
