package dev.ferry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DefaultSpecTest {
    @Test
    void holdsWhatDockerUsersExpect() {
        Spec spec = DefaultSpec.builder().build();
        Linux linux = Objects.requireNonNull(spec.linux());

        assertThat(spec.mounts())
                .extracting(Mount::destination)
                .containsExactly("/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm");
        assertThat(linux.maskedPaths()).hasSize(12);
        assertThat(linux.readonlyPaths()).hasSize(5);
        assertThat(Objects.requireNonNull(Objects.requireNonNull(spec.process()).capabilities())
                        .bounding())
                .hasSize(14);
        assertThat(linux.namespaces())
                .extracting(LinuxNamespace::type)
                .containsExactlyInAnyOrder(
                        NamespaceKind.PID,
                        NamespaceKind.NETWORK,
                        NamespaceKind.MOUNT,
                        NamespaceKind.IPC,
                        NamespaceKind.UTS,
                        NamespaceKind.CGROUP);
    }

    @Test
    void aMountTakesThePlaceOfTheDefaultOne() {
        Mount own = new Mount("/dev/shm", "tmpfs", "mine", List.of("size=1m"));

        Spec spec = DefaultSpec.builder().mount(own).build();

        assertThat(spec.mounts())
                .filteredOn(m -> m.destination().equals("/dev/shm"))
                .containsExactly(own);
        assertThat(spec.mounts()).hasSize(7);
    }

    @Test
    void namespacesCanBeJoinedOrShared() {
        Linux linux = Objects.requireNonNull(DefaultSpec.builder()
                .joinNamespace(NamespaceKind.NETWORK, "/run/ferry/netns/x")
                .hostNamespace(NamespaceKind.IPC)
                .build()
                .linux());

        assertThat(linux.namespace(NamespaceKind.NETWORK))
                .contains(new LinuxNamespace(NamespaceKind.NETWORK, "/run/ferry/netns/x"));
        assertThat(linux.namespace(NamespaceKind.IPC)).isEmpty();
    }

    @Test
    void deviceRulesBeginWithNothingAndEndWithTheCallers() {
        DeviceRule own = new DeviceRule(true, "c", 10L, 229L, "rw");
        Linux linux = Objects.requireNonNull(DefaultSpec.builder()
                .resources(LinuxResources.NONE.withDevices(List.of(own)))
                .build()
                .linux());

        List<DeviceRule> rules = Objects.requireNonNull(linux.resources()).devices();
        assertThat(rules.getFirst()).isEqualTo(new DeviceRule(false, "a", null, null, "rwm"));
        assertThat(rules.getLast()).isEqualTo(own);
    }

    @Test
    void privilegedMasksNothingAndAllowsEveryDevice() {
        Linux linux = Objects.requireNonNull(
                DefaultSpec.builder().privileged().build().linux());

        assertThat(linux.maskedPaths()).isEmpty();
        assertThat(linux.readonlyPaths()).isEmpty();
        assertThat(Objects.requireNonNull(linux.resources()).devices())
                .containsExactly(new DeviceRule(true, "a", null, null, "rwm"));
    }
}
