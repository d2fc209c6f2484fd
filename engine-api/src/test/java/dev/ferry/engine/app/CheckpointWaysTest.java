package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.wire.Hijacked;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways in which checkpoints are used, and kinds of containers. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
final class CheckpointWaysTest {
    @TempDir
    Path home;

    private CheckpointHouse house;

    @BeforeEach
    void startEngine() throws Exception {
        house = new CheckpointHouse(home).startHere().withBusybox();
    }

    @AfterEach
    void stopEngine() throws Exception {
        house.end();
    }

    /** The numbers that came after the n-th line. */
    private static List<String> after(CheckpointHouse.Job job, int lines) throws IOException {
        return job.output().lines().skip(lines).toList();
    }

    @Test
    void oneCheckpointIsRestoredTwiceAndEachTimeFromItsMoment() throws Exception {
        CheckpointHouse.Job job = house.start("echo first > /tmp/state; " + CheckpointHouse.JOB);
        job.requireCountsOn();
        job.checkpoint("one", true);
        int lines = job.output().lines().toList().size();
        for (int time = 0; time < 2; time++) {
            int from = job.output().lines().toList().size();
            job.restore("one");
            CheckpointHouse.await("more output", () -> after(job, from).size() >= 3);
            assertThat(after(job, from)).startsWith(Integer.toString(lines), Integer.toString(lines + 1));
            Path state = job.file("tmp/state");
            assertThat(state).hasContent("first");
            Files.writeString(state, "second");
            house.client.containers().kill(job.id, "");
            CheckpointHouse.await("the end", () -> job.status().equals("exited"));
        }
        assertThat(job.output()).doesNotContain("torn");
    }

    @Test
    void checkpointOfAJobThatRanOnBringsItsMomentBack() throws Exception {
        CheckpointHouse.Job job = house.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        job.checkpoint("one", false);
        job.requireCountsOn();
        assertThatThrownBy(() -> job.restore("one"))
                .isInstanceOfSatisfying(
                        EngineRefused.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessageContaining("is running: stop it before");
        house.client.containers().kill(job.id, "");
        CheckpointHouse.await("the end", () -> job.status().equals("exited"));
        int lines = job.output().lines().toList().size();
        job.restore("one");
        CheckpointHouse.await("more output", () -> after(job, lines).size() >= 3);
        int again = Integer.parseInt(after(job, lines).getFirst());
        assertThat(again).isBetween(3, lines - 3);
        assertThat(after(job, lines)).startsWith(Integer.toString(again), Integer.toString(again + 1));
    }

    @Test
    void directoryOfOnesOwn() throws Exception {
        Path place = Files.createDirectory(home.resolve("elsewhere"));
        CheckpointHouse.Job job = house.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        house.client.checkpoints().create(job.id, "one", place.toString(), true);
        assertThat(place.resolve(job.id).resolve("checkpoints/one/manifest.json"))
                .exists();
        assertThat(house.client.checkpoints().list(job.id)).isEmpty();
        assertThatThrownBy(() -> job.restore("one")).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> house.client.containers().startFromCheckpoint(job.id, "one", "relative"))
                .hasMessageContaining("must be an absolute path");
        house.client.containers().startFromCheckpoint(job.id, "one", place.toString());
        job.requireCountsOn();
    }

    @Test
    void bindMountIsTheSameDirectoryAfterwards() throws Exception {
        Path shared = Files.createDirectory(home.resolve("shared"));
        CheckpointHouse.Job job = house.start(
                "exec 3>>/data/log; i=0; while :; do echo $i >&3; echo $i; i=$((i+1)); usleep 10000; done",
                config -> config,
                host -> host.binds(List.of(shared + ":/data")));
        job.requireCountsOn();
        job.checkpoint("one", true);
        String before = Files.readString(shared.resolve("log"));
        Files.writeString(shared.resolve("later"), "from outside");
        job.restore("one");
        job.requireCountsOn();
        assertThat(Files.readString(shared.resolve("log"))).startsWith(before).isNotEqualTo(before);
        assertThat(job.file("data/later")).hasContent("from outside");
        assertThat(job.checkpoint("one").resolve("rootfs-diff.tar")).exists();
    }

    @Test
    void deletedFileThatIsOpenComesBack() throws Exception {
        CheckpointHouse.Job job = house.start("echo ghost > /tmp/gone; exec 3</tmp/gone; rm /tmp/gone; "
                + CheckpointHouse.JOB.replace("echo $i;", "echo $i; [ -e /tmp/go ] && { cat <&3; break; };"));
        CheckpointHouse.await("output", () -> job.output().lines().count() > 3);
        job.checkpoint("one", true);
        job.restore("one");
        Files.createFile(job.file("tmp/go"));
        job.awaitOutput("ghost\n");
        assertThat(job.output()).doesNotContain("torn");
    }

    @Test
    void unreadInputIsReadAfterwards() throws Exception {
        CheckpointHouse.Job job = house.start(
                "echo ready; while ! [ -e /tmp/go ]; do usleep 10000; done; while read line; do echo got $line; done; echo end",
                config -> config.openStdin(true).attachStdin(true).stdinOnce(true),
                host -> host);
        job.awaitOutput("ready");
        try (Hijacked before = house.client.containers().attach(job.id, true)) {
            write(before.out(), "one\ntwo\n");
            Path unread = job.checkpoint("one").resolve("stdin.unread");
            job.checkpoint("one", true);
            assertThat(unread).hasContent("one\ntwo");
        }
        job.restore("one");
        try (Hijacked after = house.client.containers().attach(job.id, true)) {
            write(after.out(), "three\n");
            Files.createFile(job.file("tmp/go"));
            job.awaitOutput("got one\ngot two\ngot three\n");
            after.closeOutput();
            job.awaitOutput("end");
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Test
    void terminalIsAttachedToAgain() throws Exception {
        CheckpointHouse.Job job = house.start(
                "PS1='$ '; export PS1; exec sh -i", config -> config.tty(true).openStdin(true), host -> host);
        try (Hijacked before = house.client.containers().attach(job.id, true)) {
            job.awaitOutput("$ ");
            write(before.out(), "kept=42; echo is-$kept\n");
            job.awaitOutput("is-42");
        }
        job.checkpoint("one", true);
        job.restore("one");
        try (Hijacked after = house.client.containers().attach(job.id, true)) {
            write(after.out(), "echo was-$kept; tty; exit 5\n");
            job.awaitOutput("was-42");
        }
        CheckpointHouse.await("the end", () -> job.status().equals("exited"));
        assertThat(house.client.containers().inspect(job.id).state().exitCode()).isEqualTo(5);
        assertThat(job.output()).contains("/dev/");
    }

    @Test
    void openConnectionRefusesACheckpointAndStaysOpen() throws Exception {
        CheckpointHouse.Job job = house.start(
                "ip link set lo up; mkfifo /tmp/in; (while :; do usleep 50000; done) > /tmp/in & "
                        + "nc -l -p 5000 < /tmp/in & "
                        + "while ! nc 127.0.0.1 5000 < /dev/zero; do usleep 50000; done",
                config -> config,
                host -> host.capAdd(List.of("NET_ADMIN")));
        Path tcp = Path.of("/proc/" + job.pid() + "/net/tcp");
        CheckpointHouse.await("a connection", () -> established(tcp));
        assertThatThrownBy(() -> job.checkpoint("one", true))
                .isInstanceOfSatisfying(
                        EngineRefused.class, e -> assertThat(e.status()).isEqualTo(501))
                .hasMessageContaining("an established TCP connection is open")
                .hasMessageContaining("tcp-established");
        assertThat(job.status()).isEqualTo("running");
        assertThat(established(tcp)).isTrue();
    }

    private static boolean established(Path tcp) throws IOException {
        return Files.readAllLines(tcp).stream()
                .anyMatch(line -> line.strip().split("\\s+", -1)[3].equals("01"));
    }
}
