package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.abi.InotifyEvents;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.PollEvents;
import dev.ferry.testing.LeakChecked;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipes, sockets, bells, watches, and waiting for them. */
@LeakChecked
final class ChannelsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void descriptorsTravelThroughASocket() throws Exception {
        try (UnixSocket.Pair pair = UnixSocket.pair(UnixSocket.Kind.SEQPACKET);
                Pipe pipe = Pipe.open()) {
            pair.first().send(bytes("two ends"), pipe.readEnd(), pipe.writeEnd());
            UnixSocket.Received received = pair.second().receive(100);
            assertThat(received.bytes()).isEqualTo(bytes("two ends"));
            assertThat(received.truncated()).isFalse();
            assertThat(received.fds()).hasSize(2);
            try (Fd read = received.fds().getFirst();
                    Fd write = received.fds().getLast()) {
                OpenFiles.writeFully(write, bytes("x"));
                assertThat(OpenFiles.read(read, 10)).isEqualTo(bytes("x"));
            }
        }
    }

    @Test
    void messagesKeepTheirBordersAndAnEndIsEmpty() throws Exception {
        try (UnixSocket.Pair pair = UnixSocket.pair(UnixSocket.Kind.SEQPACKET)) {
            pair.first().send(bytes("one"));
            pair.first().send(bytes("two"));
            assertThat(pair.second().receive(100).bytes()).isEqualTo(bytes("one"));
            assertThat(pair.second().receive(2).truncated()).isTrue();
            pair.first().close();
            assertThat(pair.second().receive(100).bytes()).isEmpty();
            assertThatThrownBy(() -> pair.second().send(bytes("x")))
                    .isInstanceOfSatisfying(
                            SyscallException.class,
                            e -> assertThat(e.is(Errno.EPIPE)).isTrue());
        }
    }

    @Test
    void thePeerOfAPairIsThisProcess() throws Exception {
        try (UnixSocket.Pair pair = UnixSocket.pair(UnixSocket.Kind.STREAM)) {
            assertThat(pair.first().peer().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
        }
    }

    @Test
    void pollTellsWhichOneIsReady() throws Exception {
        try (Pipe silent = Pipe.open();
                Pipe ready = Pipe.open();
                Pipe ended = Pipe.open()) {
            OpenFiles.writeFully(ready.writeEnd(), bytes("x"));
            ended.writeEnd().close();
            int[] events = Poll.await(
                    List.of(
                            Poll.Interest.readable(silent.readEnd()),
                            Poll.Interest.readable(ready.readEnd()),
                            Poll.Interest.readable(ended.readEnd())),
                    LONG);
            assertThat(events).containsExactly(0, PollEvents.POLLIN, PollEvents.POLLHUP);
            assertThat(Poll.readable(silent.readEnd(), Duration.ZERO)).isFalse();
            assertThat(DeviceControl.readableBytes(ready.readEnd())).isEqualTo(1);
        }
    }

    @Test
    void aBellWakesAWaitingThread() throws Exception {
        try (EventFd bell = EventFd.open()) {
            Thread ringer = Thread.ofPlatform().start(() -> {
                try {
                    bell.ring();
                } catch (SyscallException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(Poll.readable(bell.fd(), LONG)).isTrue();
            ringer.join();
            assertThat(bell.silence()).isTrue();
            assertThat(bell.silence()).isFalse();
        }
    }

    @Test
    void aWatchReportsNamesInADirectory() throws Exception {
        try (Inotify inotify = Inotify.open()) {
            int watch = inotify.watch(folder, InotifyEvents.IN_CREATE | InotifyEvents.IN_DELETE);
            assertThat(inotify.read()).isEmpty();
            Path file = Files.createFile(folder.resolve("a file"));
            Files.delete(file);
            assertThat(inotify.read())
                    .containsExactly(
                            new Inotify.Event(watch, InotifyEvents.IN_CREATE, "a file"),
                            new Inotify.Event(watch, InotifyEvents.IN_DELETE, "a file"));
            inotify.unwatch(watch);
        }
    }

    @Test
    void holesGiveBlocksBackAndKeepTheLength() throws Exception {
        Path path = folder.resolve("log");
        byte[] payload = new byte[256 * 1024];
        Arrays.fill(payload, (byte) 7);
        try (Fd file = OpenFiles.open(path, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0600)) {
            OpenFiles.writeFully(file, payload);
            OpenFiles.punchHole(file, 0, 128 * 1024);
            assertThat(Files.size(path)).isEqualTo(payload.length);
            assertThat(OpenFiles.readAt(file, 0, 4)).containsExactly(0, 0, 0, 0);
            assertThat(OpenFiles.readAt(file, 200_000, 2)).containsExactly(7, 7);
            OpenFiles.writeAt(file, 10, bytes("ten"));
            assertThat(OpenFiles.readAt(file, 10, 3)).isEqualTo(bytes("ten"));
            OpenFiles.truncate(file, 12);
            assertThat(Files.size(path)).isEqualTo(12);
            OpenFiles.fdatasync(file);
            OpenFiles.fsyncDirectory(folder);
        }
    }

    @Test
    void readFullyKnowsWhenAFileIsTooShort() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            OpenFiles.writeFully(pipe.writeEnd(), bytes("abc"));
            assertThat(OpenFiles.readFully(pipe.readEnd(), 2)).isEqualTo(bytes("ab"));
            pipe.writeEnd().close();
            assertThatThrownBy(() -> OpenFiles.readFully(pipe.readEnd(), 2)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void nonBlockingReadsDoNotWait() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            OpenFiles.setNonBlocking(pipe.readEnd(), true);
            assertThatThrownBy(() -> OpenFiles.read(pipe.readEnd(), 1))
                    .isInstanceOfSatisfying(
                            SyscallException.class,
                            e -> assertThat(e.is(Errno.EAGAIN)).isTrue());
        }
    }

    @Test
    void aSealedFileInMemoryCanNotBeChanged() throws Exception {
        try (Fd file = MemFd.create("sealed")) {
            OpenFiles.writeFully(file, bytes("fixed"));
            MemFd.seal(file);
            assertThatThrownBy(() -> OpenFiles.writeAt(file, 0, bytes("x"))).hasMessageContaining("EPERM");
            assertThatThrownBy(() -> OpenFiles.truncate(file, 0)).hasMessageContaining("EPERM");
            assertThat(OpenFiles.readAt(file, 0, 10)).isEqualTo(bytes("fixed"));
        }
    }
}
