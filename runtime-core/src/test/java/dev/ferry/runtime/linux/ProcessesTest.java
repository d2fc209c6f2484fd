package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.testing.LeakChecked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@LeakChecked
final class ProcessesTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private static int spawn(String... command) throws SyscallException {
        return PosixSpawn.spawn(command[0], List.of(command), List.of("A=b"), Map.of());
    }

    @Test
    void exitCodeAndSignalAreToldApart() throws Exception {
        WaitStatus exited = WaitPid.await(spawn("/bin/sh", "-c", "exit 42")).status();
        assertThat(exited.isExited()).isTrue();
        assertThat(exited.exitCode()).isEqualTo(42);
        assertThat(exited.raw()).isEqualTo(42 << 8);

        WaitStatus killed = WaitPid.await(spawn("/bin/sh", "-c", "kill -9 $$")).status();
        assertThat(killed.isExited()).isFalse();
        assertThat(killed.signal()).isEqualTo(9);
        assertThat(killed.exitCode()).isEqualTo(137);
    }

    @Test
    void usageOfAnEndedChildIsPlausible() throws Exception {
        ResourceUsage usage = WaitPid.await(spawn("/bin/sh", "-c", "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done"))
                .usage();
        assertThat(usage.maximumResidentKib()).isBetween(100L, 1_000_000L);
        assertThat(usage.user().plus(usage.system())).isPositive();
    }

    @Test
    void environmentAndPlacedDescriptorsReachTheChild() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            int pid;
            try (Fd parked = pipe.writeEnd().duplicateAtLeast(64)) {
                pid = PosixSpawn.spawn(
                        "/bin/sh", List.of("sh", "-c", "echo $A >&7"), List.of("A=value"), Map.of(7, parked));
            }
            pipe.writeEnd().close();
            assertThat(new String(OpenFiles.readAll(pipe.readEnd()), StandardCharsets.UTF_8))
                    .isEqualTo("value\n");
            WaitPid.await(pid);
        }
    }

    @Test
    void aSourceThatAPlacementCouldOverwriteIsRefused() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            assertThatThrownBy(() ->
                            PosixSpawn.spawn("/bin/true", List.of("true"), List.of(), Map.of(1000, pipe.readEnd())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("parked");
        }
    }

    @Test
    void whatIsNotThereCanNotBeStarted() {
        assertThatThrownBy(() -> spawn("/no/such/program"))
                .isInstanceOfSatisfying(
                        SyscallException.class,
                        e -> assertThat(e.is(Errno.ENOENT)).isTrue());
    }

    @Test
    void aPidFdSeesTheEndAndSignals() throws Exception {
        int pid = spawn("/bin/cat", "/dev/zero");
        try (PidFd process = PidFd.open(pid)) {
            assertThat(WaitPid.poll(pid)).isEmpty();
            assertThat(process.isAlive()).isTrue();
            process.sendSignal(ProcessConstants.SIGKILL);
            assertThat(process.awaitExit(LONG)).isTrue();
            assertThat(WaitPid.await(pid).status().signal()).isEqualTo(9);
            assertThatThrownBy(() -> process.sendSignal(ProcessConstants.SIGTERM))
                    .isInstanceOfSatisfying(
                            SyscallException.class,
                            e -> assertThat(e.is(Errno.ESRCH)).isTrue());
        }
    }

    @Test
    void aProcessIsKnownAgainByItsStartTime() throws IOException {
        int pid = spawn("/bin/cat", "/dev/zero");
        ProcessId id = ProcessId.of(pid).orElseThrow();
        try (PidFd process = id.open().orElseThrow()) {
            assertThat(id.exists()).isTrue();
            assertThat(new ProcessId(pid, id.startTicks() + 1, id.bootId()).open())
                    .isEmpty();
            assertThat(new ProcessId(pid, id.startTicks(), "another boot").exists())
                    .isFalse();
            process.sendSignal(ProcessConstants.SIGKILL);
        }
        WaitPid.await(pid);
        assertThat(id.exists()).isFalse();
        assertThat(ProcessId.of(pid)).isEqualTo(Optional.empty());
    }

    @Test
    void aNameWithParenthesesDoesNotMoveTheStartTime() throws IOException {
        String stat = "12 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20 21\n";
        assertThat(ProcessId.parseStartTicks(stat)).isEqualTo(987654);
        assertThatThrownBy(() -> ProcessId.parseStartTicks("12 (a) S 1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/proc/PID/stat");
    }

    @Test
    void otherPeoplesChildrenAreNotReaped() {
        assertThatThrownBy(() -> WaitPid.poll(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WaitPid.poll(1))
                .isInstanceOfSatisfying(
                        SyscallException.class,
                        e -> assertThat(e.is(Errno.ECHILD)).isTrue());
    }

    @Test
    void factsOfTheMachine() {
        assertThat(Processes.clockTicksPerSecond()).isPositive();
        assertThat(Processes.pageSize()).isIn(4096L, 16384L, 65536L);
        assertThat(Processes.onlineProcessors()).isPositive();
    }
}
