package dev.ferry.criu.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CriuLogTest {
    private static final String HARMLESS =
            "(00.069632) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Error (criu/files.c:515): Unknown shit 600 (anon_inode:[io_uring]) | IO_URING | anon_inode:[io_uring]
            Error (criu/files.c:515): Unknown shit 100600 (/secretmem (deleted)) | SECRET_MEMORY | /secretmem (deleted)
            Error (criu/files-reg.c:1790): Can't lookup mount=179 for fd=4 path=/q1 | MESSAGE_QUEUE | /q1
            Error (criu/files-reg.c:1790): Can't lookup mount=27 for fd=1 path=/var/log/out.log | HOST_FILE | /var/log/out.log
            Error (criu/files-reg.c:1790): Can't lookup mount=24 for fd=0 path=/dev/null | HOST_FILE | /dev/null
            Error (criu/files-ext.c:96): Can't dump file 4 of that type [600] (anon anon_inode:[userfaultfd]) | USERFAULTFD | anon_inode:[userfaultfd]
            Error (criu/files-ext.c:96): Can't dump file 4 of that type [600] (anon anon_inode:[perf_event]) | PERF_EVENT | anon_inode:[perf_event]
            Error (criu/files-ext.c:96): Can't dump file 4 of that type [600] (anon anon_inode:bpf-map) | BPF | anon_inode:bpf-map
            Error (criu/files-ext.c:96): Can't dump file 4 of that type [600] (anon anon_inode:[landlock-ruleset]) | LANDLOCK | anon_inode:[landlock-ruleset]
            Error (criu/files-ext.c:96): Can't dump file 4 of that type [600] (anon anon_inode:seccomp notify) | SECCOMP_NOTIFY | anon_inode:seccomp notify
            Error (criu/files-ext.c:96): Can't dump file 7 of that type [20600] (chr 10:200) | SPECIAL_FILE | chr 10:200
            Error (criu/sockets.c:690): BUG! Unknown socket collected (family 40) | VSOCK | family 40
            Error (criu/seize.c:770): zombie 17 (comm gdb) found while seizing | TRACED | zombie 17 (comm gdb)
            Error (criu/namespaces.c:900): Can't dump nested pid namespace for 27 | NESTED_PID_NAMESPACE | pid
            Error (criu/namespaces.c:900): Can't dump nested user namespace for 27 | NESTED_USER_NAMESPACE | user
            Error (criu/mount.c:1500): mnt: Can't parse 27's mountinfo | CHROOTED | 27
            Error (compel/src/lib/infect.c:300): Unseizable non-zombie 27 found, state D, err -1/3 | UNSEIZABLE | 27
            Error (criu/cr-dump.c:1872): Timeout reached. Try to interrupt: 0 | UNSEIZABLE | ``
            Error (criu/sk-unix.c:600): unix: Dangling connection 71423 | UNIX_PEER_OUTSIDE | Dangling connection 71423
            Error (criu/sk-unix.c:610): Unix socket 71423 without peer 71424 | UNIX_PEER_OUTSIDE | Unix socket 71423
            Error (criu/mount.c:1012): mnt: 98:./dev/urandom doesn't have a proper root mount | DEVICE_MOUNT | 98:./dev/urandom
            Error (criu/mount.c:2600): mnt: Unable to mount o /tmp/.criu/x (id=9): No such file or directory | OVERLAY_INSIDE | o /tmp/.criu/x (id=9)
            Error (criu/mount-v2.c:300): mnt-v2: Failed to move_mount from /lib to /tmp/cr: Invalid argument | BIND_SOURCE | /lib
            Error (criu/sk-inet.c:191): inet: Connected TCP socket, consider using --tcp-established option. | TCP_ESTABLISHED | ``
            Error (soccr/soccr.c:540): soccr: Can't bind inet socket back: Cannot assign requested address | ADDRESS_MISSING | Cannot assign requested address
            Error (criu/net.c:3282): net: Locking network failed: iptables-restore returned -1. | NETWORK_LOCK | iptables-restore returned -1.
            Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them. | FILE_LOCK | ``
            Error (criu/files-reg.c:1180): Can't create link remap for /lr.a. Use link-remap option. | LINK_REMAP | /lr.a
            Error (criu/files-reg.c:980): Can't dump ghost file /ghost.dat of 3149824 size, increase limit | GHOST_FILE | /ghost.dat
            Error (criu/files-reg.c:2200): Can't open file out.log on restore: No such file or directory | FILE_CHANGED | out.log
            Error (criu/files-reg.c:2150): File bin/app has bad size 100 (expect 200) | FILE_CHANGED | bin/app
            Error (criu/cr-restore.c:1300): Can't fork for 4711: File exists | PID_TAKEN | 4711
            Error (criu/cgroup.c:1200): cg: Can't move 1 into hugetlb///cgroup.procs: No such file or directory | CGROUP | hugetlb///cgroup.procs
            Error (criu/mem.c:50): Tracking memory is not available. Consider omitting --track-mem option. | NO_DIRTY_TRACKING | ``
            Error (criu/sockets.c:500): sockets: Can't get 1:16 opt: Operation not supported | SOCKET_OPTION | `Can't get 1:16 opt`
            Error (criu/page-xfer.c:300): page-pipe: splice: -1: Bad file descriptor | LAZY_PAGES | ``
            Error (criu/bfd.c:240): bfd: No space left on device | NO_SPACE | ``
            Error (criu/protobuf.c:72): Unexpected EOF on (empty-image) | IMAGE | empty-image
            Error (criu/image.c:600): Magic doesn't match on core-1.img | IMAGE | core-1.img
            """)
    void namesCauseAndObject(String line, Refusal refusal, String object) {
        CriuLog.Cause cause = CriuLog.cause(List.of(
                HARMLESS,
                "(00.0) Running pre-dump scripts",
                "(00.084421) " + line,
                "(00.09) Error (criu/cr-dump.c:1975): Dumping FAILED."));

        assertThat(cause.refusal()).isEqualTo(refusal);
        assertThat(cause.object()).isEqualTo(object);
        assertThat(line).endsWith(cause.line());
    }

    @Test
    void unknownErrorIsToldInCriusWords() {
        assertThat(CriuLog.cause(List.of(
                        HARMLESS,
                        "(00.1) Error (criu/new.c:1): something new",
                        "(00.2) Error (criu/cr-dump.c:1975): Dumping FAILED.")))
                .isEqualTo(new CriuLog.Cause(Refusal.OTHER, "", "something new"));
    }

    @Test
    void warningsAreNoCause() {
        assertThat(CriuLog.cause(List.of("(00.1) Warn  (criu/kerndat.c:1290): No space left on device"))
                        .refusal())
                .isEqualTo(Refusal.OTHER);
    }

    @Test
    void linesOfRestoredProcessesCarryTheirPid() {
        assertThat(CriuLog.cause(List.of("(00.3)    1: Error (criu/files-reg.c:2200): Can't open file a/b on restore"))
                        .object())
                .isEqualTo("a/b");
    }

    @Test
    void refusalTellsCauseObjectRemedyLineAndLog(@TempDir Path directory) throws IOException {
        Path log = Files.writeString(
                directory.resolve("dump.log"),
                HARMLESS
                        + "\n(00.1) Error (criu/files-reg.c:980): Can't dump ghost file /g of 9 size, increase limit\n");

        CriuRefused refused = CriuLog.refusal("checkpoint", log, "");

        assertThat(refused)
                .hasMessage(
                        "checkpoint refused: a deleted file that is still open is too large (\"/g\"); raise the limit for deleted"
                                + " files (ghost-limit); criu: Can't dump ghost file /g of 9 size, increase limit; log: "
                                + log);
        assertThat(refused.code()).isEqualTo("criu.refused.ghost-file");
        assertThat(refused.log()).contains(log);
    }

    @Test
    void absentLogLeavesWhatTheAnswerSaid(@TempDir Path directory) {
        CriuRefused refused = CriuLog.refusal("restore", directory.resolve("none"), "answer");

        assertThat(refused.logLine()).isEqualTo("answer");
        assertThat(refused.log()).isEmpty();
    }
}
