package dev.ferry.runtime.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.Memory;
import dev.ferry.runtime.oci.LinuxResources.Pids;
import dev.ferry.runtime.systemd.FakeSystemd.Fault;
import dev.ferry.testing.LeakChecked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scopes of a service manager that behaves and of one that does not, on a host with version 2 in plain files. */
@LeakChecked
final class ScopeTest {
    private static final ScopeName NAME = new ScopeName("a-b.slice", "ferry", "c1");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration IMPATIENCE = Duration.ofMillis(300);
    private static final LinuxResources LIMITS =
            LinuxResources.NONE.withMemory(Memory.limited(4096)).withPids(new Pids(7));

    @TempDir
    private Path root;

    private Path tree;
    private CgroupHierarchies host;

    @BeforeEach
    void makeHost() throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/cgroup"), "0::/\n");
        Files.writeString(root.resolve("proc/self/mountinfo"), "31 23 0:28 / /cg rw - cgroup2 cgroup2 rw\n");
        tree = Files.createDirectories(root.resolve("cg"));
        Files.writeString(tree.resolve("cgroup.controllers"), "cpu memory pids\n");
        host = CgroupHierarchies.of(root);
        assertThat(host.mode()).isEqualTo(CgroupMode.V2);
    }

    private FakeSystemd systemd(Fault fault, boolean direct) throws IOException {
        return new FakeSystemd(root, tree, NAME.cgroup().value(), fault, direct);
    }

    private Scope scope(FakeSystemd systemd, Duration patience) {
        return new Scope(
                host,
                NAME.unit(),
                host.open(NAME.cgroup()),
                root.resolve("proc"),
                () -> Systemd.connect(systemd.addresses(), patience));
    }

    private Scope.Request request(LinuxResources limits) {
        return new Scope.Request(NAME, limits, Map.of("org.systemd.property.TimeoutStopSec", "uint64 1"), root);
    }

    private Path directory() {
        return tree.resolve("a.slice/a-b.slice/ferry-c1.scope");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aScopeIsMadeChangedAndRemoved(boolean direct) throws Exception {
        try (FakeSystemd systemd = systemd(Fault.NONE, direct)) {
            Scope scope = scope(systemd, PATIENCE);
            try (Scope.Held held = scope.start(request(LIMITS))) {
                assertThat(held).isNotNull();
                assertThat(ProcessId.of((int) systemd.pid()))
                        .as("what keeps it")
                        .isPresent();
                assertThat(systemd.properties)
                        .contains(
                                new Property("Slice", Value.text("a-b.slice")),
                                new Property("Delegate", Value.flag(true)),
                                new Property("DefaultDependencies", Value.flag(false)),
                                new Property("TimeoutStopUSec", Value.size(1_000_000)),
                                new Property("MemoryMax", Value.size(4096)),
                                new Property("TasksMax", Value.size(7)));
            }
            assertThat(ProcessId.of((int) systemd.pid())).as("nothing keeps it").isEmpty();
            assertThat(directory().resolve("memory.max")).hasContent("4096");
            assertThat(directory().resolve("pids.max")).hasContent("7");

            scope.limit(LinuxResources.NONE.withPids(new Pids(8)));
            assertThat(systemd.properties).containsExactly(new Property("TasksMax", Value.size(8)));
            assertThat(directory().resolve("pids.max")).hasContent("8");

            scope.remove(PATIENCE);
            assertThat(directory()).doesNotExist();
            assertThat(systemd.calls).endsWith("StopUnit", "ResetFailedUnit");
            assertThat(systemd.calls.contains("AddMatch")).isNotEqualTo(direct);
            // one that has gone by itself
            scope.remove(PATIENCE);
        }
    }

    @Test
    void aUnitThatHasFailedIsForgottenAndMadeAnew() throws Exception {
        try (FakeSystemd systemd = systemd(Fault.KNOWS_THE_UNIT, false)) {
            Scope scope = scope(systemd, PATIENCE);
            scope.start(request(LIMITS)).close();
            assertThat(systemd.calls)
                    .containsSubsequence("StartTransientUnit", "ResetFailedUnit", "StartTransientUnit");
            scope.remove(PATIENCE);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LETS_NOBODY_IN     | does not let us in: it says "REJECTED ANONYMOUS"; start dbus, or leave --systemd-cgroup out
            REFUSES            | systemd refuses StartTransientUnit: Access denied (org.freedesktop.DBus.Error.AccessDenied)
            JOB_FAILS          | error creating systemd unit `ferry-c1.scope`: got `failed`
            JOB_HANGS          | Timeout waiting for systemd to create ferry-c1.scope
            IS_SILENT          | did not answer StartTransientUnit within
            HANGS_UP           | has closed the connection instead of answering StartTransientUnit
            TALKS_GARBAGE      | a message from D-Bus cannot be read: it has the byte order 72
            PUTS_IT_ELSEWHERE  | into the cgroup "/elsewhere" and not into "/a.slice/a-b.slice/ferry-c1.scope"
            """)
    void aFailureIsToldAndLeavesNothing(Fault fault, String text) throws Exception {
        for (boolean direct : new boolean[] {true, false}) {
            try (FakeSystemd systemd = systemd(fault, direct)) {
                Duration patience = fault == Fault.JOB_HANGS || fault == Fault.IS_SILENT ? IMPATIENCE : PATIENCE;
                assertFails(() -> scope(systemd, patience).start(request(LIMITS)), text);
                assertThat(directory()).doesNotExist();
                if (!systemd.properties.isEmpty()) {
                    assertThat(ProcessId.of((int) systemd.pid()))
                            .as("what kept it")
                            .isEmpty();
                }
            }
            Files.delete(root.resolve("bus"));
        }
    }

    private static void assertFails(ThrowingCallable call, String text) {
        assertThatThrownBy(call).isInstanceOf(SystemdException.class).hasMessageContaining(text);
    }

    @Test
    void aLimitThatSystemdDoesNotTakeIsNotWritten() throws Exception {
        try (FakeSystemd systemd = systemd(Fault.REFUSES_PROPERTIES, false)) {
            Scope scope = scope(systemd, PATIENCE);
            scope.start(request(LIMITS)).close();
            assertFails(() -> scope.limit(LinuxResources.NONE.withPids(new Pids(8))), "SetUnitProperties");
            assertThat(directory().resolve("pids.max")).hasContent("7");
            scope.remove(PATIENCE);
        }
    }

    @Test
    void whatNobodyCouldReadReachesNobody() throws Exception {
        try (FakeSystemd systemd = systemd(Fault.NONE, false)) {
            var wrong = new Scope.Request(NAME, LIMITS, Map.of("org.systemd.property.Slice", "x.slice"), root);
            assertThatThrownBy(() -> scope(systemd, PATIENCE).start(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("org.systemd.property.Slice");
            assertThat(systemd.calls).isEmpty();
        }
    }

    @Test
    void aBusThatIsNotThereIsNamed() {
        Scope scope = new Scope(
                host,
                NAME.unit(),
                host.open(NAME.cgroup()),
                root.resolve("proc"),
                () -> Systemd.connect(BusAddress.parse("unix:path=" + root.resolve("none")), PATIENCE));
        assertThatThrownBy(() -> scope.start(request(LIMITS)))
                .isInstanceOf(BusUnusable.class)
                .hasMessageStartingWith("failed to connect to dbus")
                .hasMessageContaining(root.resolve("none").toString())
                .hasMessageEndingWith("start dbus, or leave --systemd-cgroup out");
    }
}
