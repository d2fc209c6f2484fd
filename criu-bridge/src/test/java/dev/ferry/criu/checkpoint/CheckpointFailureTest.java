package dev.ferry.criu.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.CheckpointAborted;
import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CheckpointIncompatible;
import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.Refusal;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.CpuFacts;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that can go wrong, and that the container or the checkpoint survives it. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX})
final class CheckpointFailureTest {
    static final String COUNTER = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done";

    @TempDir
    Path folder;

    private Rig rig;

    @BeforeEach
    void makeRig() throws Exception {
        rig = new Rig(folder);
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    private Rig.Case counter() throws Exception {
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");
        return counter;
    }

    /** The container goes on counting from where it is, and a checkpoint of it works. */
    private void assertUnharmed(Rig.Case counter) throws Exception {
        String before = counter.output();
        counter.awaitOutput(before + before.lines().count() + "\n");
        CheckpointReport report = counter.checkpoint();
        counter.restore(report.directory());
        String after = counter.output();
        counter.awaitOutput(after + after.lines().count() + "\n");
        CheckpointerTest.assertCountsOn(counter.output());
    }

    private void assertRefusedAndUnharmed(
            Rig.Case counter, CheckpointRequest request, Class<? extends CriuException> kind, String message)
            throws Exception {
        assertThatThrownBy(() -> rig.checkpointer.checkpoint(request))
                .isInstanceOf(kind)
                .hasMessageContaining(message);
        assertThat(request.directory()).doesNotExist();
        assertUnharmed(counter);
    }

    @Test
    void failureOfTheOwnersFilesCallsTheCheckpointOff() throws Exception {
        Rig.Case counter = counter();

        assertRefusedAndUnharmed(
                counter,
                counter.request(
                        CheckpointOptions.DEFAULT,
                        directory -> {
                            throw new IOException("the layer is gone");
                        },
                        PhaseListener.NONE),
                CheckpointAborted.class,
                "the layer is gone");
    }

    @Test
    void phaseThatCannotBeRecordedCallsTheCheckpointOff() throws Exception {
        Rig.Case counter = counter();

        assertRefusedAndUnharmed(
                counter,
                counter.request(CheckpointOptions.DEFAULT, FrozenWork.NONE, phase -> {
                    if (phase instanceof Phase.Dumped) {
                        throw new IOException("the journal is full");
                    }
                }),
                CheckpointAborted.class,
                "the journal is full");
    }

    @Test
    void killedCriuLeavesTheContainerRunning() throws Exception {
        Rig.Case counter = counter();

        assertRefusedAndUnharmed(
                counter,
                counter.request(CheckpointOptions.DEFAULT, directory -> killCriu(), PhaseListener.NONE),
                CriuCrashed.class,
                "ended without an answer during checkpoint");
    }

    static void killCriu() {
        List<ProcessHandle> criu = ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("criu"))
                .toList();
        assertThat(criu).hasSize(1);
        criu.forEach(ProcessHandle::destroyForcibly);
        criu.forEach(child -> child.onExit().join());
    }

    @Test
    void fullDiskCallsTheCheckpointOff() throws Exception {
        Rig.Case counter = rig.start("d=$(head -c 8000000 /dev/urandom | base64); " + COUNTER);
        counter.awaitOutput("5\n");
        Path small = Files.createDirectory(folder.resolve("small"));
        // room for what the preflight asks for is taken away while the container is frozen
        Mounts.mount("tmpfs", small, "tmpfs", 0, "size=64m");
        try {
            CheckpointRequest whole = counter.request(
                    CheckpointOptions.DEFAULT,
                    directory -> {
                        try (RandomAccessFile filler =
                                new RandomAccessFile(directory.file("filler").toFile(), "rw")) {
                            byte[] block = new byte[1 << 20];
                            for (int i = 0; i < 100; i++) {
                                filler.write(block);
                            }
                        }
                    },
                    PhaseListener.NONE);
            CheckpointRequest request = new CheckpointRequest(
                    whole.id(),
                    whole.container(),
                    whole.spec(),
                    whole.cgroup(),
                    small.resolve("cp"),
                    "{}",
                    whole.options(),
                    whole.frozenWork(),
                    whole.listener());

            assertRefusedAndUnharmed(counter, request, CheckpointAborted.class, "no space left on the device");
        } finally {
            Mounts.unmount(small, 0);
        }
    }

    @Test
    void criusOwnFullDiskIsNamed() throws Exception {
        Rig.Case counter = rig.start("d=$(head -c 8000000 /dev/urandom | base64); " + COUNTER);
        counter.awaitOutput("5\n");
        Path small = Files.createDirectory(folder.resolve("small"));
        Mounts.mount("tmpfs", small, "tmpfs", 0, "size=24m");
        try {
            CheckpointRequest whole = counter.request(CheckpointOptions.DEFAULT, FrozenWork.NONE, phase -> {
                if (phase instanceof Phase.Dumping) {
                    Files.write(small.resolve("cp/filler"), new byte[20 << 20]);
                }
            });
            CheckpointRequest request = new CheckpointRequest(
                    whole.id(),
                    whole.container(),
                    whole.spec(),
                    whole.cgroup(),
                    small.resolve("cp"),
                    "{}",
                    whole.options(),
                    whole.frozenWork(),
                    whole.listener());

            assertThatThrownBy(() -> rig.checkpointer.checkpoint(request))
                    .isInstanceOfSatisfying(
                            CriuRefused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.NO_SPACE));
            assertUnharmed(counter);
        } finally {
            Mounts.unmount(small, 0);
        }
    }

    @Test
    void refusedKindIsNamedBeforeAnythingIsFrozen() throws Exception {
        Rig.Case counter = rig.start("exec 9>/tmp/big; head -c 100000 /dev/zero >&9; rm /tmp/big; " + COUNTER);
        counter.awaitOutput("5\n");
        CheckpointRequest request =
                counter.request(CheckpointOptions.DEFAULT.withGhostLimit(1000), FrozenWork.NONE, PhaseListener.NONE);

        assertThatThrownBy(() -> rig.checkpointer.checkpoint(request)).isInstanceOfSatisfying(CriuRefused.class, e -> {
            assertThat(e.refusal()).isEqualTo(Refusal.GHOST_FILE);
            assertThat(e.object()).contains("/tmp/big (deleted), 100000 bytes");
        });
        assertUnharmed(counter);
    }

    @Test
    void flippedByteIsFoundAndMendedCheckpointRestores() throws Exception {
        Rig.Case counter = counter();
        CheckpointReport report = counter.checkpoint();
        Path pages = report.directory().images().resolve("pages-1.img");
        flip(pages);

        assertThatThrownBy(() -> counter.restore(report.directory()))
                .isInstanceOf(CheckpointDamaged.class)
                .hasMessageContaining("pages-1.img");

        flip(pages);
        counter.restore(report.directory());
        assertUnharmed(counter);
    }

    private static void flip(Path file) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            long middle = out.length() / 2;
            out.seek(middle);
            int old = out.read();
            out.seek(middle);
            out.write(old ^ 1);
        }
    }

    private void assertIncompatible(UnaryOperator<Manifest> change, String fact) throws Exception {
        Rig.Case counter = counter();
        CheckpointReport report = counter.checkpoint();
        Manifest original = report.manifest();
        report.directory().commit(change.apply(original));

        assertThatThrownBy(() -> counter.restore(report.directory()))
                .isInstanceOfSatisfying(
                        CheckpointIncompatible.class, e -> assertThat(e.fact()).isEqualTo(fact));

        report.directory().commit(original);
        counter.restore(report.directory());
        assertUnharmed(counter);
    }

    @Test
    void checkpointOfAnotherProcessorIsRefused() throws Exception {
        assertIncompatible(
                manifest -> {
                    HostFacts host = manifest.host();
                    CpuFacts cpu = new CpuFacts(host.cpu().vendor(), 99, 1, List.of("avx10_9"));
                    return new Manifest(
                            manifest.version(),
                            manifest.created(),
                            manifest.containerId(),
                            new HostFacts(host.architecture(), cpu, host.kernel(), host.criu(), host.cgroupMode()),
                            manifest.dump(),
                            manifest.files());
                },
                "cpu feature");
    }

    @Test
    void checkpointOfANewerFormatIsRefused() throws Exception {
        assertIncompatible(
                manifest -> new Manifest(
                        Manifest.VERSION + 1,
                        manifest.created(),
                        manifest.containerId(),
                        manifest.host(),
                        manifest.dump(),
                        manifest.files()),
                "manifest version");
    }

    @Test
    void restoreThatCannotBeRecordedIsCalledOff() throws Exception {
        for (Class<? extends Phase> at : List.of(Phase.Restoring.class, Phase.Restored.class)) {
            Rig.Case counter = counter();
            CheckpointReport report = counter.checkpoint();
            String before = counter.output();

            assertThatThrownBy(() -> counter.restore(report.directory(), phase -> {
                        if (at.isInstance(phase)) {
                            throw new IOException("the journal is full");
                        }
                    }))
                    .hasMessageContaining("the journal is full");

            assertThat(counter.output()).isEqualTo(before);
            counter.restore(report.directory());
            assertUnharmed(counter);
        }
    }

    /** CRIU would look for its tasks, which have gone with their parent, until the deadline. */
    @Test
    void restoreWhoseMonitorIsKilledIsCalledOffAtOnce() throws Exception {
        Rig.Case counter = counter();
        CheckpointReport report = counter.checkpoint();

        assertThatThrownBy(() -> counter.restore(report.directory(), phase -> {
                    if (phase instanceof Phase.Restored restored) {
                        ProcessHandle monitor = ProcessHandle.of(restored.initPid())
                                .flatMap(ProcessHandle::parent)
                                .orElseThrow();
                        assertThat(monitor.destroyForcibly()).isTrue();
                        monitor.onExit().join();
                    }
                }))
                .isInstanceOf(CriuCrashed.class)
                .hasMessageContaining("the monitor, has ended");

        counter.restore(report.directory());
        assertUnharmed(counter);
    }

    @Test
    void restoreWithoutAnOpenFileNamesIt() throws Exception {
        Rig.Case counter = rig.start("exec 9>/tmp/open; " + COUNTER);
        counter.awaitOutput("5\n");
        CheckpointReport report = counter.checkpoint();
        Path open = folder.resolve(counter.id + "/upper/tmp/open");
        Files.delete(open);

        assertThatThrownBy(() -> counter.restore(report.directory())).isInstanceOfSatisfying(CriuRefused.class, e -> {
            assertThat(e.refusal()).isEqualTo(Refusal.FILE_CHANGED);
            assertThat(e.object()).contains("tmp/open");
            assertThat(e.log()).isPresent();
        });

        Files.createFile(open);
        counter.restore(report.directory());
        assertUnharmed(counter);
    }

    @Test
    void directoryThatExistsIsNotTouched() throws Exception {
        Rig.Case counter = counter();
        CheckpointRequest request = counter.request(CheckpointOptions.DEFAULT, FrozenWork.NONE, PhaseListener.NONE);
        Path foreign = Files.createDirectory(request.directory()).resolve("foreign");
        Files.writeString(foreign, "x");

        assertThatThrownBy(() -> rig.checkpointer.checkpoint(request)).isInstanceOf(IOException.class);

        assertThat(foreign).hasContent("x");
        assertThat(CheckpointDirectory.of(request.directory()).isCommitted()).isFalse();
        assertUnharmed(counter);
    }
}
