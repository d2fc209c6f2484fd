package dev.ferry.criu.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PreflightTest {
    private static final Allowance ALL = new Allowance(true, true, true, 1 << 20, false);
    private static final Allowance NONE = new Allowance(false, false, false, 0, false);

    private Path proc;

    @BeforeEach
    void make(@TempDir Path temporary) throws IOException {
        proc = temporary;
        process(10, "S (sleeping)", "10 1");
    }

    private Path process(int pid, String state, String levels) throws IOException {
        Path directory = Files.createDirectories(proc.resolve(Integer.toString(pid)));
        Files.createDirectories(directory.resolve("fd"));
        Files.createDirectories(directory.resolve("fdinfo"));
        Files.createDirectories(directory.resolve("net"));
        Files.createDirectories(directory.resolve("ns"));
        Files.writeString(directory.resolve("comm"), "app\n");
        Files.writeString(
                directory.resolve("status"),
                "Name:\tapp\nState:\t" + state + "\nPPid:\t" + (pid == 10 ? 9 : 10) + "\nTracerPid:\t0\nNSpid:\t"
                        + levels + "\nRssAnon:\t 16 kB\n");
        Files.writeString(directory.resolve("stat"), pid + " (a) Z (p) S 9 9 9 0 -1 4194560 0 0\n");
        Files.writeString(directory.resolve("maps"), "00400000-00500000 r-xp 00000000 00:28 7  /bin/app\n");
        Files.writeString(directory.resolve("cgroup"), "1:cpu:/ferry/a\n0::/ferry/a\n");
        Files.writeString(
                directory.resolve("mountinfo"),
                "66 42 0:40 / / rw - overlay overlay rw\n67 66 0:42 / /proc rw - proc proc rw\n");
        for (String kind : List.of("pid", "user", "mnt")) {
            Files.createSymbolicLink(directory.resolve("ns/" + kind), Path.of(kind + ":[1]"));
        }
        Files.createSymbolicLink(directory.resolve("root"), Path.of("rootfs"));
        return directory;
    }

    private void open(int pid, int number, String target, String info) throws IOException {
        Path directory = proc.resolve(Integer.toString(pid));
        Files.createSymbolicLink(directory.resolve("fd/" + number), Path.of(target));
        Files.writeString(directory.resolve("fdinfo/" + number), info);
    }

    private void replace(String file, String old, String replacement) throws IOException {
        Path path = proc.resolve("10").resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(old);
        Files.writeString(path, text.replace(old, replacement));
    }

    private Verdict examine(Allowance allowance) throws IOException {
        return Preflight.of(
                proc,
                10,
                Files.exists(proc.resolve("11")) ? List.of(10, 11) : List.of(10),
                allowance,
                proc.resolve("new/dir"));
    }

    @Test
    void ordinaryProcessIsClear() throws IOException {
        open(10, 0, "pipe:[1]", "mnt_id:\t15\n");
        open(10, 1, "/tmp/x", "mnt_id:\t66\n");
        open(10, 2, "anon_inode:[eventpoll]", "mnt_id:\t16\n");
        open(10, 3, "/memfd:jit (deleted)", "mnt_id:\t17\n");
        open(10, 4, "socket:[99]", "mnt_id:\t9\n");

        assertThat(examine(NONE).obstacles()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "anon_inode:[io_uring],IO_URING",
        "anon_inode:[userfaultfd],USERFAULTFD",
        "anon_inode:[perf_event],PERF_EVENT",
        "anon_inode:bpf-map,BPF",
        "anon_inode:bpf-prog,BPF",
        "anon_inode:[landlock-ruleset],LANDLOCK",
        "anon_inode:seccomp notify,SECCOMP_NOTIFY",
        "anon_inode:kvm-vm,SPECIAL_FILE",
        "/secretmem (deleted),SECRET_MEMORY",
        "/var/log/host.log,HOST_FILE"
    })
    void refusedDescriptorIsNamed(String target, Refusal refusal) throws IOException {
        open(10, 9, target, "mnt_id:\t4\n");

        assertThat(examine(ALL).obstacles())
                .containsExactly(new Obstacle(refusal, "pid 10 (app), descriptor 9, " + target));
    }

    @Test
    void refusedMappingIsNamed() throws IOException {
        replace("maps", "/bin/app", "anon_inode:[io_uring]");

        assertThat(examine(ALL).obstacles())
                .containsExactly(new Obstacle(Refusal.IO_URING, "pid 10 (app), mapping anon_inode:[io_uring]"));
    }

    @Test
    void tracedProcessIsRefused() throws IOException {
        replace("status", "TracerPid:\t0", "TracerPid:\t7");

        assertThat(examine(ALL).obstacles()).extracting(Obstacle::refusal).containsExactly(Refusal.TRACED);
    }

    @Test
    void stoppedProcessIsRefusedOnlyInAFrozenV1Group() throws IOException {
        replace("status", "S (sleeping)", "T (stopped)");

        assertThat(examine(ALL).obstacles()).isEmpty();
        assertThat(examine(new Allowance(true, true, true, 1, true)).obstacles())
                .extracting(Obstacle::refusal)
                .containsExactly(Refusal.STOPPED_IN_FREEZER);
    }

    @Test
    void nestedNamespacesAndChrootAreRefused() throws IOException {
        Path nested = process(11, "S", "11 2 1");
        Files.delete(nested.resolve("ns/user"));
        Files.createSymbolicLink(nested.resolve("ns/user"), Path.of("user:[2]"));
        Files.delete(nested.resolve("root"));
        Files.createSymbolicLink(nested.resolve("root"), Path.of("jail"));

        assertThat(examine(ALL).obstacles())
                .containsExactlyInAnyOrder(
                        new Obstacle(Refusal.NESTED_PID_NAMESPACE, "pid 11 (app)"),
                        new Obstacle(Refusal.NESTED_USER_NAMESPACE, "pid 11 (app)"),
                        new Obstacle(Refusal.CHROOTED, "pid 11 (app), root jail"));
    }

    @Test
    void addedProcessIsRefused() throws IOException {
        process(11, "S", "11 2");
        process(9, "S", "9");
        Path status = proc.resolve("11/status");
        Files.writeString(status, Files.readString(status).replace("PPid:\t10", "PPid:\t1"));

        assertThat(examine(ALL).obstacles()).containsExactly(new Obstacle(Refusal.EXEC_SESSION, "pid 11 (app)"));
    }

    @Test
    void overlayInsideIsRefusedButNotTheRoot() throws IOException {
        replace("mountinfo", "67 66", "70 66 0:50 / /var/lib/inner rw - overlay overlay rw\n67 66");

        assertThat(examine(ALL).obstacles()).containsExactly(new Obstacle(Refusal.OVERLAY_INSIDE, "/var/lib/inner"));
    }

    @Test
    void topmostCgroupIsRefused() throws IOException {
        replace("cgroup", "0::/ferry/a", "0::/\n9:hugetlb:/");

        assertThat(examine(ALL).obstacles())
                .extracting(Obstacle::object)
                .containsExactly(
                        "pid 10 (app) is in the topmost group of unified",
                        "pid 10 (app) is in the topmost group of hugetlb");
    }

    /** Seen once: a shell's child that was ending had no root any more, and the migration was refused. */
    @Test
    void processThatHasLostItsRootIsNoObstacleWhileItEnds() throws IOException {
        Path child = process(11, "S (sleeping)", "11\t2");
        Files.delete(child.resolve("root"));
        Path stat = child.resolve("stat");
        Files.writeString(stat, Files.readString(stat).replace("4194560", "4194564"));
        assertThat(examine(ALL).obstacles()).isEmpty();
    }

    @Test
    void processThatHidesItsRootIsNotPassedOver() throws IOException {
        Files.delete(process(11, "S (sleeping)", "11\t2").resolve("root"));
        assertThatThrownBy(() -> examine(ALL)).isInstanceOf(IOException.class).hasMessageContaining("root");
    }

    /** Seen once: a shell's child that was ending stood in no group any more, and the checkpoint was refused. */
    @Test
    void processOnItsWayOutIsInNobodysWay() throws IOException {
        replace("cgroup", "0::/ferry/a", "0::/");
        replace("stat", "4194560", "4194564");

        assertThat(examine(ALL).obstacles()).isEmpty();
    }

    @Test
    void establishedConnectionNeedsLeave() throws IOException {
        Files.writeString(proc.resolve("10/net/tcp"), """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 500 1
                   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 501 1
                """);
        open(10, 3, "socket:[500]", "mnt_id:\t9\n");
        open(10, 4, "socket:[501]", "mnt_id:\t9\n");

        assertThat(examine(NONE).obstacles())
                .containsExactly(new Obstacle(Refusal.TCP_ESTABLISHED, "pid 10 (app), descriptor 4, socket:[501]"));
        assertThat(examine(ALL).obstacles()).isEmpty();
    }

    @Test
    void heldLockNeedsLeave() throws IOException {
        open(10, 3, "/tmp/l", "mnt_id:\t66\nlock:\t1: FLOCK  ADVISORY  WRITE 10 00:28:9 0 EOF\n");

        assertThat(examine(NONE).obstacles()).extracting(Obstacle::refusal).containsExactly(Refusal.FILE_LOCK);
        assertThat(examine(ALL).obstacles()).isEmpty();
    }

    @Test
    void tooLittleSpaceIsRefused() throws IOException {
        replace("status", "RssAnon:\t 16 kB", "RssAnon:\t 1000000000000 kB");

        assertThat(examine(ALL).obstacles()).extracting(Obstacle::refusal).containsExactly(Refusal.NO_SPACE);
    }

    @Test
    void endedProcessIsLeftOut() throws IOException {
        assertThat(Preflight.of(proc, 10, List.of(10, 12), ALL, proc).isClear()).isTrue();
    }

    @Test
    void zombieCountsAsGone() throws IOException {
        process(12, "Z (zombie)", "12 3");

        assertThat(new ProcessView(proc, 12).exists()).isFalse();
        assertThat(new ProcessView(proc, 10).exists()).isTrue();
    }

    @Test
    void sentenceTellsObjectReasonAndRemedy() {
        assertThat(new Obstacle(Refusal.TRACED, "pid 1 (app)").sentence())
                .isEqualTo(
                        "\"pid 1 (app)\": a process of the container is being traced; detach the debugger before the checkpoint");
    }
}
