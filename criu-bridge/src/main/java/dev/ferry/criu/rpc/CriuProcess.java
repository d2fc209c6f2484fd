package dev.ferry.criu.rpc;

import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.ProtocolBroken;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conversation with one {@code criu swrk} process.
 *
 * <pre>
 *   Ferry                              criu
 *     │ ── DUMP or RESTORE, options ──▶ │
 *     │ ◀── NOTIFY, name, pid, fds ──── │  waits
 *     │ ── NOTIFY, success ───────────▶ │  goes on, or gives up
 *     │            ...                  │
 *     │ ◀── DUMP or RESTORE, success ── │
 * </pre>
 *
 * <p>Every exchange has a deadline. When it passes, {@link Release#release} frees what may hold CRIU, a frozen v1 cgroup above all, and CRIU
 * is told no at each of its questions: it may be running its own code inside of a task, which does not survive that CRIU is killed
 * then. If it has not ended a while later, it is killed all the same. Blocks; not for virtual
 * threads and not for several threads. Borrows the socket and the process; whoever started CRIU reaps it.
 */
public final class CriuProcess implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 256 << 10;
    private static final int SIGKILL = 9;
    private static final Duration GIVES_UP_WITHIN = Duration.ofSeconds(5);
    private static final Duration DIES_WITHIN = Duration.ofSeconds(2);
    private static final Duration DIES_AFTER_RELEASE = Duration.ofSeconds(10);
    private static final Duration QUESTION = Duration.ofSeconds(20);

    private final UnixSocket socket;
    private final PidFd process;
    private final Path log;
    private final Release release;
    private final @Nullable PidFd owner;

    /** Frees a CRIU that cannot be killed. */
    @FunctionalInterface
    public interface Release {
        /** Nothing is known that could hold CRIU. */
        Release NONE = () -> {};

        /** Thaws the freezer that may hold CRIU. */
        void release() throws IOException;
    }

    /**
     * Speaks to a CRIU that was started by somebody else.
     *
     * @param socket our end of its SEQPACKET pair; borrowed
     * @param pid the process, which the caller has not reaped
     * @param log where it writes its log, named in errors
     * @param release what to do when it cannot be killed
     */
    public CriuProcess(UnixSocket socket, int pid, Path log, Release release) throws SyscallException {
        this(socket, pid, log, release, null);
    }

    /**
     * The same with somebody without whom its work is worth nothing: a CRIU whose tasks have gone with their parent looks for them for ever.
     *
     * @param owner when this process ends before CRIU has answered, CRIU is killed; borrowed
     */
    public CriuProcess(UnixSocket socket, int pid, Path log, Release release, @Nullable PidFd owner)
            throws SyscallException {
        this.owner = owner;
        this.socket = socket;
        this.process = PidFd.open(pid);
        this.log = log;
        this.release = release;
    }

    /** Which release this is. */
    public CriuVersion version() throws CriuException, IOException {
        Response response = ask("version", new Request.Version(), Response.VERSION);
        return response.version().orElseThrow(() -> new ProtocolBroken("no version in the answer"));
    }

    /** What CRIU can do on this kernel. */
    public CriuFeatures features() throws CriuException, IOException {
        Response response = ask("feature check", new Request.FeatureCheck(), Response.FEATURE_CHECK);
        return response.features().orElseThrow(() -> new ProtocolBroken("no features in the answer"));
    }

    private Response ask(String what, Request request, int type) throws CriuException, IOException {
        Response response = converse(what, request, type, QUESTION, (notification, fds) -> true);
        if (!response.success()) {
            throw CriuLog.refusal(what, log, response.message().orElse(""));
        }
        return response;
    }

    /**
     * Dumps a process tree.
     *
     * @param deadline after which CRIU is killed and the tree runs on
     * @throws dev.ferry.criu.CriuRefused with the cause from CRIU's log; the tree runs on
     * @throws CriuCrashed if CRIU ended or was killed; the tree runs on
     */
    public void dump(CriuOptions options, Duration deadline, NotificationHandler handler)
            throws CriuException, IOException {
        operate("checkpoint", new Request.Dump(options), Response.DUMP, deadline, handler);
    }

    /**
     * Saves the memory of a process tree, which runs on: a later dump with this one as its parent saves only what has been written since.
     *
     * @throws dev.ferry.criu.CriuRefused with the cause from CRIU's log, as on a kernel that does not track what is written
     */
    public void preDump(CriuOptions options, Duration deadline, NotificationHandler handler)
            throws CriuException, IOException {
        operate("checkpoint", new Request.PreDump(options), Response.SINGLE_PRE_DUMP, deadline, handler);
    }

    /**
     * Restores a process tree.
     *
     * @return the restored init's number in our pid namespace
     */
    public int restore(CriuOptions options, Duration deadline, NotificationHandler handler)
            throws CriuException, IOException {
        Response response = operate("restore", new Request.Restore(options), Response.RESTORE, deadline, handler);
        return response.restoredPid()
                .orElseThrow(() -> new ProtocolBroken("no process number in the answer to a restore"));
    }

    private Response operate(String what, Request request, int type, Duration deadline, NotificationHandler handler)
            throws CriuException, IOException {
        Response response = converse(what, request, type, deadline, handler);
        if (!response.success()) {
            throw CriuLog.refusal(what, log, response.message().orElse(""));
        }
        return response;
    }

    /** Sends the request and answers notifications until the response of that type comes. A "no" does not end the conversation: CRIU does. */
    private Response converse(String what, Request request, int type, Duration deadline, NotificationHandler handler)
            throws CriuException, IOException {
        long end = System.nanoTime() + deadline.toNanos();
        send(what, request);
        IOException failure = null;
        while (true) {
            UnixSocket.Received received = receive(what, end, deadline);
            try {
                Response response = Response.decode(received.bytes());
                if (response.type() != Response.NOTIFY) {
                    if (failure != null) {
                        throw failure;
                    }
                    return expect(response, type);
                }
                Notification notification = response.notification().orElseThrow();
                boolean goOn = false;
                try {
                    goOn = handler.answer(notification, received.fds());
                } catch (IOException e) {
                    failure = keep(failure, e);
                }
                send(what, new Request.NotifyAnswer(goOn));
            } finally {
                received.fds().forEach(Fd::close);
            }
        }
    }

    private static IOException keep(@Nullable IOException first, IOException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    private static Response expect(Response response, int type) throws ProtocolBroken {
        // type 0 (EMPTY) is how CRIU answers a request that it could not read
        if (response.type() != type && response.success()) {
            throw new ProtocolBroken("an answer of type " + response.type() + " to a request of type " + type);
        }
        return response;
    }

    private void send(String what, Request request) throws CriuException, IOException {
        try {
            socket.send(request.encode());
        } catch (SyscallException e) {
            throw crashed(what, e);
        }
    }

    private UnixSocket.Received receive(String what, long end, Duration deadline) throws CriuException, IOException {
        List<Poll.Interest> interests =
                new ArrayList<>(List.of(Poll.Interest.readable(socket.fd()), Poll.Interest.readable(process.fd())));
        if (owner != null) {
            interests.add(Poll.Interest.readable(owner.fd()));
        }
        int[] events = Poll.await(interests, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        if (owner != null && events[0] == 0 && events[1] == 0 && events[2] != 0) {
            kill();
            throw new CriuCrashed(
                    what, "was ended because process " + owner.pid() + ", the monitor, has ended", existingLog());
        }
        if (events[0] == 0 && events[1] == 0) {
            callOff();
            kill();
            throw new CriuCrashed(
                    what, "did not answer within " + deadline.toSeconds() + " s and was ended", existingLog());
        }
        UnixSocket.Received received;
        try {
            if (events[0] == 0) {
                throw crashed(what, null);
            }
            received = socket.receive(LARGEST_MESSAGE);
        } catch (SyscallException e) {
            throw crashed(what, e);
        }
        if (received.bytes().length == 0) {
            received.fds().forEach(Fd::close);
            throw crashed(what, null);
        }
        if (received.truncated()) {
            received.fds().forEach(Fd::close);
            throw new ProtocolBroken("a message of more than " + LARGEST_MESSAGE + " bytes");
        }
        return received;
    }

    /** Lets CRIU undo what it has done, if it can still be reached. */
    private void callOff() throws IOException {
        release.release();
        long end = System.nanoTime() + GIVES_UP_WITHIN.toNanos();
        List<Poll.Interest> interests =
                List.of(Poll.Interest.readable(socket.fd()), Poll.Interest.readable(process.fd()));
        while (true) {
            int[] events = Poll.await(interests, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            if (events[0] == 0 || events[1] != 0) {
                return;
            }
            try {
                UnixSocket.Received received = socket.receive(LARGEST_MESSAGE);
                received.fds().forEach(Fd::close);
                if (received.bytes().length == 0) {
                    return;
                }
                if (Response.decode(received.bytes()).type() == Response.NOTIFY) {
                    socket.send(new Request.NotifyAnswer(false).encode());
                }
            } catch (SyscallException | ProtocolBroken e) {
                // it has closed its end, or says what nobody understands: what follows ends it anyway
                return;
            }
        }
    }

    private CriuCrashed crashed(String what, @Nullable SyscallException cause) {
        CriuCrashed crashed = new CriuCrashed(what, "ended without an answer", existingLog());
        if (cause != null) {
            crashed.initCause(cause);
        }
        return crashed;
    }

    private Optional<Path> existingLog() {
        return java.nio.file.Files.exists(log) ? Optional.of(log) : Optional.empty();
    }

    /**
     * Kills CRIU and waits until it is dead. What it had frozen runs on. A CRIU that has ended is no error.
     *
     * @throws IOException if it does not die
     */
    public void kill() throws IOException {
        kill(process, release);
    }

    /**
     * The same for a CRIU that nobody speaks to any more.
     *
     * @param process borrowed
     */
    public static void kill(PidFd process, Release release) throws IOException {
        if (process.awaitExit(Duration.ZERO)) {
            return;
        }
        process.sendSignal(SIGKILL);
        if (process.awaitExit(DIES_WITHIN)) {
            return;
        }
        // in an uninterruptible attach to a frozen task: the signal works only once the task can move
        release.release();
        if (!process.awaitExit(DIES_AFTER_RELEASE)) {
            throw new IOException("criu, process " + process.pid() + ", does not die");
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
