package dev.ferry.criu.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuMissing;
import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.Refusal;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PosixSpawn;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conversation with a real CRIU, and with programs that do not hold their end of it. */
@Tag("kernel")
final class CriuProcessTest {
    @TempDir
    Path work;

    private List<String> criu() {
        try {
            List<String> command =
                    new ArrayList<>(CriuInstallation.locate(System.getenv()).command());
            command.addAll(List.of("swrk", "3"));
            return command;
        } catch (CriuMissing e) {
            return Assumptions.abort("skipped: " + e.getMessage());
        }
    }

    private interface Conversation {
        void with(CriuProcess process, int pid) throws Exception;
    }

    private void talkTo(List<String> command, CriuProcess.Release release, Conversation conversation) throws Exception {
        try (UnixSocket.Pair pair = UnixSocket.pair(UnixSocket.Kind.SEQPACKET)) {
            int pid = spawn(command, pair.second().fd());
            pair.second().close();
            try (CriuProcess process = new CriuProcess(pair.first(), pid, work.resolve("criu.log"), release)) {
                conversation.with(process, pid);
                process.kill();
            } finally {
                WaitPid.await(pid);
            }
        }
    }

    private static int spawn(List<String> command, Fd socket) throws IOException {
        try (Fd nothing = OpenFiles.open(Path.of("/dev/null"), OpenFlags.O_RDWR);
                Fd parkedNothing = nothing.duplicateAtLeast(64);
                Fd parkedSocket = socket.duplicateAtLeast(64)) {
            return PosixSpawn.spawn(
                    command.getFirst(),
                    command,
                    List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
                    Map.of(0, parkedNothing, 1, parkedNothing, 2, parkedNothing, 3, parkedSocket));
        }
    }

    @Test
    void tellsVersionAndFeaturesInOneConversation() throws Exception {
        talkTo(criu(), CriuProcess.Release.NONE, (process, pid) -> {
            assertThat(process.version()).isGreaterThanOrEqualTo(CriuVersion.OLDEST_SUPPORTED);
            assertThat(process.features()).isNotNull();
        });
    }

    @Test
    void refusalCarriesTheReasonFromTheLog() throws Exception {
        talkTo(criu(), CriuProcess.Release.NONE, (process, pid) -> {
            try (Fd images = OpenFiles.open(work, OpenFlags.O_DIRECTORY)) {
                CriuOptions options = CriuOptions.builder(images.number())
                        .pid(2_000_000_000)
                        .logFile("criu.log")
                        .build();
                assertThatThrownBy(() -> process.dump(options, Duration.ofSeconds(20), (notification, fds) -> true))
                        .isInstanceOfSatisfying(CriuRefused.class, e -> {
                            assertThat(e.refusal()).isEqualTo(Refusal.NO_SUCH_PROCESS);
                            assertThat(e.log()).contains(work.resolve("criu.log"));
                        });
            }
        });
    }

    @Test
    void silenceEndsWithTheDeadline() throws Exception {
        talkTo(List.of("/bin/sh", "-c", "exec sleep 1000"), CriuProcess.Release.NONE, (process, pid) -> {
            CriuOptions options = CriuOptions.builder(0).build();
            assertThatThrownBy(() -> process.dump(options, Duration.ofMillis(50), (notification, fds) -> true))
                    .isInstanceOf(CriuCrashed.class)
                    .hasMessageContaining("did not answer within 0 s and was ended");
        });
    }

    @Test
    void endWithoutAnswerIsACrash() throws Exception {
        talkTo(
                List.of("/bin/sh", "-c", "exit 3"),
                CriuProcess.Release.NONE,
                (process, pid) -> assertThatThrownBy(() -> process.dump(
                                CriuOptions.builder(0).build(), Duration.ofMinutes(1), (notification, fds) -> true))
                        .isInstanceOf(CriuCrashed.class)
                        .hasMessageContaining("ended without an answer during checkpoint"));
    }

    @Test
    void killedTwiceIsNoError() throws Exception {
        talkTo(criu(), CriuProcess.Release.NONE, (process, pid) -> {
            process.kill();
            process.kill();
            assertThatThrownBy(process::version).isInstanceOf(CriuCrashed.class);
        });
    }
}
