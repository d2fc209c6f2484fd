package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.cgroup.FrozenCgroup;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.StepFailed;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From create to the exit record, with real containers. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class ContainerLifeTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private Box box;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() throws Exception {
        box = new Box(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    @Test
    void programRunsAndItsStreamsAreKeptApart() throws Exception {
        LaunchRequest request =
                box.request(Box.shell("echo out; echo err >&2; exit 42").build(), false);
        ContainerProcess container = box.start(request);
        assertThat(container.awaitExit().exitCode()).isEqualTo(42);
        assertThat(Box.text(request.log(), LogFrame.STDOUT)).isEqualTo("out\n");
        assertThat(Box.text(request.log(), LogFrame.STDERR)).isEqualTo("err\n");
        assertThat(container.status()).isInstanceOf(Status.Exited.class);
    }

    @Test
    void signalThatEndsItIsInTheRecord() throws Exception {
        LaunchRequest request = box.request(Box.shell("echo up; sleep 1000").build(), false);
        ContainerProcess container = box.start(request);
        Box.awaitText(request.log(), "up");
        container.signal(9);
        assertThat(container.awaitExit().signal()).isEqualTo(9);
        assertThat(container.awaitExit().exitCode()).isEqualTo(137);
    }

    @Test
    void createdContainerDoesNotRunUntilStarted() throws Exception {
        LaunchRequest request = box.request(Box.shell("echo ran").build(), false);
        ContainerProcess container = box.create(request);
        assertThat(container.status()).isInstanceOf(Status.Created.class);
        assertThat(Files.readString(Path.of("/proc/" + container.initPid() + "/comm")))
                .startsWith("ferry-monitor");
        assertThat(Box.text(request.log(), 0)).isEmpty();
        container.start();
        assertThat(container.awaitExit().exitCode()).isZero();
        assertThat(Box.text(request.log(), 0)).isEqualTo("ran\n");
    }

    @Test
    void abandonedContainerLeavesNothingThatRuns() throws Exception {
        LaunchRequest request = box.request(Box.shell("echo ran").build(), false);
        ContainerProcess container = box.launcher.create(request);
        int init = container.initPid();
        container.close();
        try (ContainerProcess again = box.launcher.adopt(request.directory(), request.log())) {
            assertThat(again.awaitExit().exitCode()).isEqualTo(Monitored.ABANDONED);
        }
        assertThat(Path.of("/proc/" + init + "/root")).doesNotExist();
        assertThat(Box.text(request.log(), 0)).isEmpty();
    }

    @Test
    void missingProgramIs127AndSaysItAsDockerDoes() throws Exception {
        ContainerProcess container = box.create(
                box.request(Box.shell("").arguments(List.of("nosuch")).build(), false));
        assertThatThrownBy(container::start)
                .isInstanceOf(StartFailed.class)
                .hasMessage("exec: \"nosuch\": executable file not found in $PATH")
                .extracting("exitCode", "errno")
                .containsExactly(127, Errno.ENOENT);
    }

    @Test
    void missingFileIs127() throws Exception {
        ContainerProcess container = box.create(
                box.request(Box.shell("").arguments(List.of("/no/such")).build(), false));
        assertThatThrownBy(container::start)
                .hasMessage("exec: \"/no/such\": stat /no/such: no such file or directory")
                .extracting("exitCode")
                .isEqualTo(127);
    }

    @Test
    void forbiddenProgramIs126AlsoOnThePath() throws Exception {
        for (String program : List.of("/etc/passwd", "passwd")) {
            var spec = Box.shell("")
                    .arguments(List.of(program))
                    .environment(List.of("PATH=/nowhere:/etc/group:/etc:/tmp"))
                    .build();
            ContainerProcess container = box.create(box.request(spec, false));
            assertThatThrownBy(container::start)
                    .hasMessage("exec: \"" + program + "\": permission denied")
                    .extracting("exitCode")
                    .isEqualTo(126);
        }
    }

    /** Whoever takes a copy of the log while the container stands still must not miss what is on its way there. */
    @Test
    void drainedOutputIsAllThereIsWhileItStandsStill() throws Exception {
        // one process: others would write on until the end of init is theirs too
        LaunchRequest request = box.request(
                Box.shell("while :; do echo out; echo err >&2; done").build(), false);
        ContainerProcess container = box.start(request);
        Box.awaitText(request.log(), "out\n");
        long drained;
        try (StoppedProcess monitor = StoppedProcess.stop(container.monitorPid())) {
            StoppedProcess.awaitState(container.initPid(), 'S'); // its output is full: nothing else in its script waits
            try (FrozenCgroup still = request.cgroup().freeze(Duration.ofSeconds(30))) {
                assertThat(still).isNotNull();
                monitor.goOn();
                container.awaitDrained(Duration.ofSeconds(30));
                drained = Files.size(request.log());
                container.signal(9);
            }
        }
        container.awaitExit();
        assertThat(request.log()).hasSize(drained);
    }

    @Test
    void outputThatCannotReachTheLogIsNotWaitedForForEver() throws Exception {
        LaunchRequest request =
                box.request(Box.shell("echo up; while :; do echo more; done").build(), false);
        ContainerProcess container = box.start(request);
        Box.awaitText(request.log(), "up");
        try (StoppedProcess monitor = StoppedProcess.stop(container.monitorPid())) {
            StoppedProcess.awaitState(container.initPid(), 'S'); // its output is full
            assertThatThrownBy(() -> container.awaitDrained(Duration.ofMillis(50)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("did not reach its log within 50 ms")
                    .hasMessageContaining("disk is full");
            monitor.goOn();
        }
        container.signal(9);
        container.awaitExit();
        container.awaitDrained(Duration.ofMillis(50));
    }

    @Test
    void inputReachesTheProgramAndEnds() throws Exception {
        LaunchRequest request = box.request(Box.shell("cat; echo end").build(), true);
        ContainerProcess container = box.start(request);
        try (OutputStream input = container.stdin()) {
            input.write("hello\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(container.awaitExit().exitCode()).isZero();
        assertThat(Box.text(request.log(), 0)).isEqualTo("hello\nend\n");
    }

    @Test
    void inputLargerThanAPipeArrivesWhole() throws Exception {
        LaunchRequest request = box.request(Box.shell("wc -c").build(), true);
        ContainerProcess container = box.start(request);
        try (OutputStream input = container.stdin()) {
            input.write(new byte[3_000_000]);
        }
        container.awaitExit();
        assertThat(Box.text(request.log(), 0).strip()).isEqualTo("3000000");
    }

    @Test
    void twentyMegabytesOfOutputArriveWhole() throws Exception {
        LaunchRequest request = box.request(
                Box.shell("i=0; while [ $i -lt 20 ]; do dd if=/dev/zero bs=1M count=1 2>/dev/null; i=$((i+1)); done")
                        .build(),
                false);
        assertThat(box.start(request).awaitExit().exitCode()).isZero();
        assertThat(Box.text(request.log(), LogFrame.STDOUT)).hasSize(20 << 20);
    }

    @Test
    void monitorIsSmallAndHidden() throws Exception {
        LaunchRequest request = box.request(
                Box.shell("dd if=/dev/zero bs=1M count=1 2>/dev/null; echo up; sleep 1000")
                        .build(),
                false);
        ContainerProcess container = box.start(request);
        Box.awaitText(request.log(), "up");
        String status = Files.readString(Path.of("/proc/" + container.monitorPid() + "/status"));
        long resident = Long.parseLong(status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow()
                .replaceAll("\\D", ""));
        assertThat(resident).as("resident KiB").isLessThanOrEqualTo(64);
        assertThat(Files.readSymbolicLink(Path.of("/proc/" + container.monitorPid() + "/cwd")))
                .isEqualTo(Path.of("/"));
        assertThat(Files.readString(Path.of("/proc/" + container.monitorPid() + "/cgroup")))
                .isEqualTo(Files.readString(Path.of("/proc/self/cgroup")));
    }

    @Test
    void monitorMovesToACgroupOfItsOwn() throws Exception {
        CgroupHierarchies hierarchies = CgroupHierarchies.ofHost();
        Cgroup monitors = hierarchies.ensure(new CgroupPath("/" + OwnNames.fresh()));
        try (ContainerLauncher launcher = new ContainerLauncher(folder, monitors)) {
            LaunchRequest request = box.request(Box.shell("echo up; sleep 1000").build(), false);
            try (ContainerProcess container = launcher.run(request)) {
                Optional<Path> birthplace = monitors.birthplace();
                if (birthplace.isPresent()) {
                    assertThat(Files.readAllLines(birthplace.get().resolve("cgroup.procs")))
                            .as("born there, not moved")
                            .containsExactly(Integer.toString(container.monitorPid()));
                }
                assertThat(session(container.monitorPid())).isEqualTo(container.monitorPid());
                Box.awaitText(request.log(), "up");
                for (CgroupHierarchy hierarchy : monitors.hierarchies()) {
                    awaitPid(hierarchy.directory(monitors.path()).resolve("cgroup.procs"), container.monitorPid());
                }
                assertThat(monitors.pids()).containsExactly(container.monitorPid());
                assertThat(request.cgroup().pids())
                        .contains(container.initPid())
                        .doesNotContain(container.monitorPid());
                // a new engine finds it there
                assertThat(hierarchies.ensure(monitors.path()).pids()).containsExactly(container.monitorPid());
                container.signal(9);
                assertThat(container.awaitExit().exitCode()).isEqualTo(137);
            }
        } finally {
            monitors.delete(Duration.ofSeconds(10));
        }
    }

    @Test
    void monitorWhoseHomeIsGoneStaysWithItsStarter() throws Exception {
        CgroupHierarchies hierarchies = CgroupHierarchies.ofHost();
        Cgroup monitors = hierarchies.ensure(new CgroupPath("/" + OwnNames.fresh()));
        try (ContainerLauncher launcher = new ContainerLauncher(folder, monitors)) {
            monitors.delete(Duration.ofSeconds(10));
            LaunchRequest request = box.request(Box.shell("echo up; exit 3").build(), false);
            try (ContainerProcess container = launcher.run(request)) {
                assertThat(container.awaitExit().exitCode()).isEqualTo(3);
                assertThat(Box.text(request.log(), 1)).isEqualTo("up\n");
            }
        }
    }

    /** The sixth field of proc_pid_stat(5). */
    private static int session(int pid) throws Exception {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5)[3]);
    }

    private static void awaitPid(Path procs, int pid) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Files.readAllLines(procs).contains(Integer.toString(pid))) {
            assertThat(System.nanoTime()).as("%s: %d", procs, pid).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void endOfTheMonitorEndsTheContainerAndIsCalledLost() throws Exception {
        LaunchRequest request = box.request(Box.shell("echo up; sleep 1000").build(), false);
        ContainerProcess container = box.start(request);
        Box.awaitText(request.log(), "up");
        dev.ferry.runtime.linux.Processes.kill(container.monitorPid(), 9);
        assertThat(container.awaitExit().failure()).isNotNull();
        assertThat(container.status()).isInstanceOf(Status.Lost.class);
    }

    /** A program may be over, and reaped, before the engine has taken hold of it. */
    @Test
    void programThatEndsAtOnceIsStartedAndEnded() throws Exception {
        var spec = Box.shell("")
                .arguments(List.of("/bin/true"))
                .hostNamespace(NamespaceKind.NETWORK)
                .maskedPaths(List.of())
                .readonlyPaths(List.of());
        List.of("/dev/mqueue", "/dev/shm", "/dev/pts", "/sys/fs/cgroup", "/sys", "/proc")
                .forEach(spec::withoutMount);
        LaunchRequest first = box.request(spec.build(), false);
        for (int round = 0; round < 100; round++) {
            LaunchRequest request = again(first, "round-" + round);
            try (ContainerProcess container = box.launcher.run(request)) {
                assertThat(container.awaitExit().exitCode()).isZero();
                assertThat(container.initPid()).isPositive();
            }
        }
    }

    @Test
    void initThatFailsAtOnceIsBlamedByItsOwnReport() throws Exception {
        var spec =
                Box.shell("").joinNamespace(NamespaceKind.NETWORK, "/no/such").build();
        LaunchRequest first = box.request(spec, false);
        for (int round = 0; round < 20; round++) {
            LaunchRequest request = again(first, "round-" + round);
            assertThatThrownBy(() -> box.launcher.run(request))
                    .isInstanceOf(StartFailed.class)
                    .hasMessageContaining("/no/such");
        }
    }

    private LaunchRequest again(LaunchRequest r, String id) {
        return new LaunchRequest(
                id,
                folder.resolve(id),
                folder.resolve(id + ".log"),
                r.spec(),
                r.root(),
                r.filter(),
                r.cgroup(),
                r.keepStdin(),
                r.profile());
    }

    @Test
    void createAndStartInOneGo() throws Exception {
        LaunchRequest request = box.request(Box.shell("exit 6").build(), false);
        ContainerProcess container = box.launcher.run(request);
        box.keep(container);
        assertThat(container.awaitExit().exitCode()).isEqualTo(6);
        LaunchRequest missing =
                box.request(Box.shell("").arguments(List.of("nosuch")).build(), false);
        assertThatThrownBy(() -> box.launcher.run(missing))
                .isInstanceOf(StartFailed.class)
                .extracting("exitCode")
                .isEqualTo(127);
    }

    @Test
    void mountThatCannotBeMadeIsNamed() throws Exception {
        var spec = Box.shell("true")
                .mount(new Mount("/data", "nosuchfs", "x", List.of()))
                .build();
        LaunchRequest request = box.request(spec, false);
        assertThatThrownBy(() -> box.launcher.create(request))
                .isInstanceOf(StepFailed.class)
                .hasMessageContaining("mount \"nosuchfs\" at \"/data\"")
                .hasMessageContaining("ENODEV");
    }

    @Test
    void warmingUpLeavesNothing() throws Exception {
        box.launcher.warmUp();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void stagesAreTimedWhenAskedFor() throws Exception {
        LaunchRequest plain = box.request(Box.shell("true").build(), false);
        var request = new LaunchRequest(
                plain.id(),
                plain.directory(),
                plain.log(),
                plain.spec(),
                plain.root(),
                plain.filter(),
                plain.cgroup(),
                false,
                true);
        ContainerProcess container = box.start(request);
        container.awaitExit();
        assertThat(container.stamps())
                .extracting("stage")
                .containsSubsequence(
                        "monitor", "clone", "root", "mounts", "masks", "cgroups", "rights", "gate", "exec");
        assertThat(container.stamps()).isSortedAccordingTo(java.util.Comparator.comparing(stamp -> stamp.at()));
    }

    @Test
    void listenerIsCalledOnceWheneverItComes() throws Exception {
        ContainerProcess container = box.start(box.request(Box.shell("exit 3").build(), false));
        var codes = new java.util.concurrent.LinkedBlockingQueue<Integer>();
        container.onExit(record -> codes.add(record.exitCode()));
        assertThat(codes.take()).isEqualTo(3);
        container.onExit(record -> codes.add(record.exitCode() + 1));
        assertThat(codes.take()).isEqualTo(4);
        assertThat(codes).isEmpty();
    }
}
