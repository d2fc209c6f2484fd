package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.client.EngineRefused;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told when a checkpoint or restore cannot be, and that the container runs on or can still be restored. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
final class CheckpointBadInputTest {
    @TempDir
    Path home;

    private CheckpointHouse house;
    private volatile Trouble trouble = step -> {};

    private interface Trouble {
        void at(String step) throws IOException;
    }

    @BeforeEach
    void startEngine() throws Exception {
        house = new CheckpointHouse(home).startHere(step -> trouble.at(step)).withBusybox();
    }

    @AfterEach
    void stopEngine() throws Exception {
        trouble = step -> {};
        house.end();
    }

    private CheckpointHouse.Job job() throws Exception {
        CheckpointHouse.Job job = house.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        return job;
    }

    private static void assertRefused(int status, ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EngineRefused.class,
                        e -> assertThat(e.status()).as(e.getMessage()).isEqualTo(status))
                .message()
                .contains(words);
    }

    private void assertRunsOnAndCanBeSaved(CheckpointHouse.Job job, String name) throws Exception {
        assertThat(job.status()).isEqualTo("running");
        job.requireCountsOn();
        assertThat(job.checkpoint(name)).doesNotExist();
        assertThat(house.client.checkpoints().list(job.id)).isEmpty();
        job.checkpoint(name, true);
        job.restore(name);
        job.requireCountsOn();
    }

    private Path smallDisk(String options) throws IOException {
        Path disk = Files.createDirectory(home.resolve("small"));
        Mounts.mount("tmpfs", disk, "tmpfs", 0, options);
        return disk;
    }

    @Test
    void fullDiskIsNamed() throws Exception {
        CheckpointHouse.Job job = house.start("head -c 40000000 /dev/urandom > /tmp/big; " + CheckpointHouse.JOB);
        job.requireCountsOn();
        Path disk = smallDisk("size=24m");
        try {
            for (boolean exit : List.of(true, false)) {
                assertRefused(
                        500,
                        () -> house.client.checkpoints().create(job.id, "one", disk.toString(), exit),
                        "no space left on the device",
                        disk.toString(),
                        "free space");
                assertThat(disk.resolve(job.id).resolve("checkpoints")).isEmptyDirectory();
            }
            assertRunsOnAndCanBeSaved(job, "one");
        } finally {
            Mounts.unmount(disk, 0);
        }
    }

    /** The place of the container's record is full, that of the checkpoint is not. */
    @Test
    void recordThatCannotBeWrittenCallsOffOnlyWhatHangsOnIt() throws Exception {
        CheckpointHouse.Job job = job();
        Path blocker = job.directory().resolve("container.json.new/in the way");
        trouble = step -> {
            if (step.equals("enter Dumped")) {
                Files.createDirectories(blocker);
            }
        };
        assertRefused(500, () -> job.checkpoint("one", true), "cannot write the state of container", job.id);
        unblock(blocker);
        assertThat(job.status()).isEqualTo("running");
        assertThat(job.checkpoint("one")).doesNotExist();

        job.checkpoint("two", false);
        unblock(blocker);
        assertThat(job.status()).isEqualTo("running");
        CheckpointDirectory two = CheckpointDirectory.of(job.checkpoint("two"));
        two.verify(two.manifest());

        trouble = step -> {
            if (step.equals("note the dump")) {
                Files.createDirectories(blocker);
            }
        };
        assertRefused(500, () -> job.checkpoint("three", true), "cannot write the state of container");
        unblock(blocker);
        assertThat(job.checkpoint("three")).doesNotExist();
        trouble = step -> {};
        house.client.checkpoints().remove(job.id, "two");
        assertRunsOnAndCanBeSaved(job, "one");
    }

    private static void unblock(Path blocker) throws IOException {
        Files.delete(blocker);
        Files.delete(blocker.resolveSibling(""));
    }

    @Test
    void killedCriuIsNamed() throws Exception {
        CheckpointHouse.Job job = job();
        for (String step : List.of("PreDump", "NetworkLock", "PostDump")) {
            trouble = at -> {
                if (at.equals(step)) {
                    killCriu(job);
                }
            };
            assertRefused(500, () -> job.checkpoint("one", true), "ended without an answer during checkpoint");
            trouble = at -> {};
            assertRunsOnAndCanBeSaved(job, "one");
            house.client.checkpoints().remove(job.id, "one");
        }
    }

    private static void killCriu(CheckpointHouse.Job job) throws IOException {
        ProcessHandle criu = ProcessHandle.of(job.criu()).orElseThrow();
        criu.destroyForcibly();
        criu.onExit().join();
    }

    @Test
    void damagedFileIsNamedAndNothingOfTheContainerIsReplaced() throws Exception {
        CheckpointHouse.Job job = house.start("echo early > /tmp/file; " + CheckpointHouse.JOB);
        job.requireCountsOn();
        job.checkpoint("one", false);
        Path own = job.file("tmp/file");
        Files.writeString(own, "late");
        house.client.containers().kill(job.id, "");
        for (String name : List.of(
                "manifest.json",
                "checkpoint/pages-1.img",
                "checkpoint/core-1.img",
                "checkpoint/inventory.img",
                "rootfs-diff.tar",
                "deleted.files",
                "config.dump",
                "spec.dump")) {
            Path file = job.checkpoint("one").resolve(name);
            flip(file);
            assertRefused(409, () -> job.restore("one"), "cannot restore container", name);
            flip(file);
            assertThat(job.status()).isEqualTo("exited");
            assertThat(house.cgroups()).isEmpty();
        }
        Path gone = job.checkpoint("one").resolve("checkpoint/core-1.img");
        Files.move(gone, home.resolve("kept"));
        assertRefused(409, () -> job.restore("one"), "core-1.img", "is missing");
        assertThat(upper(job).resolve("tmp/file")).hasContent("late");
        Files.move(home.resolve("kept"), gone);
        job.restore("one");
        long from = job.output().lines().count();
        CheckpointHouse.await("more output", () -> job.output().lines().count() > from + 3);
        assertThat(job.file("tmp/file")).hasContent("early");
        assertThat(job.output()).doesNotContain("torn");
    }

    private Path upper(CheckpointHouse.Job job) {
        return home.resolve("root/snapshots/keys").resolve(job.id).resolve("upper");
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

    private void assertUnfit(UnaryOperator<Manifest> change, String... words) throws Exception {
        CheckpointHouse.Job job = job();
        job.checkpoint("one", true);
        CheckpointDirectory directory = CheckpointDirectory.of(job.checkpoint("one"));
        Manifest original = directory.manifest();
        directory.commit(change.apply(original));
        assertRefused(409, () -> job.restore("one"), words);
        assertThat(job.status()).isEqualTo("exited");
        assertThat(house.cgroups()).isEmpty();
        directory.commit(original);
        job.restore("one");
        job.requireCountsOn();
    }

    @Test
    void checkpointOfAnotherProcessorIsRefused() throws Exception {
        assertUnfit(
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
                "cpu feature",
                "avx10_9");
    }

    @Test
    void checkpointOfANewerFormatIsRefused() throws Exception {
        assertUnfit(
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
    void checkpointWithoutAManifestIsRefused() throws Exception {
        CheckpointHouse.Job job = job();
        job.checkpoint("one", true);
        Path manifest = job.checkpoint("one").resolve("manifest.json");
        Files.move(manifest, home.resolve("kept"));
        assertRefused(409, () -> job.restore("one"), "manifest.json", "is missing");
        Files.move(home.resolve("kept"), manifest);
        job.restore("one");
        job.requireCountsOn();
    }

    @Test
    void missingCriuIsNamedWithARemedy() throws Exception {
        Path tools = Files.createDirectories(home.resolve("tools"));
        Files.createDirectory(tools.resolve("criu"));
        Files.writeString(tools.resolve("criu/command"), home.resolve("no-criu") + "\n");
        house.stopHere();
        house.startHere(tools);
        CheckpointHouse.Job job = job();
        assertRefused(501, () -> job.checkpoint("one", true), "does not name an executable file", "ferry provision");
        assertThat(job.status()).isEqualTo("running");
        job.requireCountsOn();
        assertThat(job.checkpoint("one")).doesNotExist();
    }

    @Test
    void tornRecordOfTheContainerTouchesNoCheckpoint() throws Exception {
        CheckpointHouse.Job job = job();
        job.checkpoint("one", true);
        house.stopHere();
        Path record = job.directory().resolve("container.json");
        byte[] whole = Files.readAllBytes(record);
        Files.write(record, java.util.Arrays.copyOf(whole, whole.length / 2));
        house.startHere();
        assertRefused(409, () -> job.restore("one"), "is damaged", "container.json");
        house.stopHere();
        Files.write(record, whole);
        house.startHere();
        job.restore("one");
        job.requireCountsOn();
    }
}
