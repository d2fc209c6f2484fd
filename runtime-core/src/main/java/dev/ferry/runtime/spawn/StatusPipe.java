package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Poll;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a running program tells us; we hold the reading end.
 *
 * <pre>
 *   {step address, -errno}                      a step failed
 *   {1..4095, value}                            a message
 *   {magic, n} {seconds, nanoseconds} * n       the times of the stages
 *   end of file                                 exec'd (the pipe is close-on-exec), or ended without a word
 * </pre>
 *
 * All words are 64 bits; each report is one write below PIPE_BUF, so reports of several processes do not mix. Their order means
 * nothing: a child can be done before its parent says who it is. For one thread.
 */
public final class StatusPipe implements AutoCloseable {
    private static final int FRAME = 2 * Cell.SIZE;

    private final Program program;
    private final Fd fd;
    private final List<StatusReport> early = new ArrayList<>();

    /** Takes over the reading end of a pipe that a running {@code program} writes to. */
    public static StatusPipe adopt(Program program, Fd fd) {
        return new StatusPipe(program, Fd.adopt(fd.release()));
    }

    private StatusPipe(Program program, Fd fd) {
        this.program = program;
        this.fd = fd;
    }

    /** Readable when there is a report; borrowed. */
    public Fd fd() {
        return fd;
    }

    /** Waits for the next report; empty when there is none in time. Blocks: not on a virtual thread. */
    public Optional<StatusReport> next(Duration atMost) throws SpawnException, IOException {
        if (!Poll.readable(fd, atMost)) {
            return Optional.empty();
        }
        byte[] frame = readUpTo(FRAME);
        if (frame.length == 0) {
            return Optional.of(new StatusReport.Closed());
        }
        if (frame.length < FRAME) {
            throw new ReportGarbled(program.name(), "a report of " + frame.length + " bytes");
        }
        ByteBuffer words = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        long word = words.getLong();
        long value = words.getLong();
        if (word >= 1 && word <= StatusReport.Message.MAXIMUM_WORD) {
            return Optional.of(new StatusReport.Message((int) word, value));
        }
        if (word == ProgramBuilder.STAMPS_MAGIC) {
            return Optional.of(stamps(value));
        }
        return Optional.of(new StatusReport.Failed(program.blame(word, value)));
    }

    /**
     * Waits for a message and answers its value. What came before it is kept for whoever asks for that.
     *
     * @param atMost for each report
     * @return empty when the program has exec'd or ended without that message
     * @throws StepFailed when it reported a failure
     * @throws ChildDied when nothing was heard in time
     */
    public OptionalLong awaitMessage(int word, Duration atMost) throws SpawnException, IOException {
        for (int i = 0; i < early.size(); i++) {
            if (early.get(i) instanceof StatusReport.Message message && message.word() == word) {
                early.remove(i);
                return OptionalLong.of(message.value());
            }
        }
        while (true) {
            switch (next(atMost).orElseThrow(() -> silent(atMost))) {
                case StatusReport.Closed closed -> {
                    return OptionalLong.empty();
                }
                case StatusReport.Failed failed -> throw failed.failure();
                case StatusReport.Message message -> {
                    if (message.word() == word) {
                        return OptionalLong.of(message.value());
                    }
                    early.add(message);
                }
                case StatusReport.Stamps stamps -> early.add(stamps);
            }
        }
    }

    /** A message of the words from {@code first} to {@code last} that came while another one was waited for; it is not kept. */
    public Optional<StatusReport.Message> passed(int first, int last) {
        for (int i = 0; i < early.size(); i++) {
            if (early.get(i) instanceof StatusReport.Message message
                    && message.word() >= first
                    && message.word() <= last) {
                early.remove(i);
                return Optional.of(message);
            }
        }
        return Optional.empty();
    }

    private ChildDied silent(Duration atMost) {
        return new ChildDied(program.name(), "no report within " + atMost.toMillis() + " ms");
    }

    /**
     * Waits until the program has exec'd or ended, and answers the reports that nobody has taken before.
     *
     * @throws StepFailed when it reported a failure
     * @throws ChildDied when nothing was heard in time
     */
    public List<StatusReport> awaitClosed(Duration atMost) throws SpawnException, IOException {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<StatusReport> reports = new ArrayList<>(early);
        early.clear();
        while (true) {
            Optional<StatusReport> report = next(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            switch (report.orElse(null)) {
                case null -> throw silent(atMost);
                case StatusReport.Closed closed -> {
                    return reports;
                }
                case StatusReport.Failed failed -> throw failed.failure();
                case StatusReport other -> reports.add(other);
            }
        }
    }

    private StatusReport stamps(long count) throws SpawnException, IOException {
        if (count < 0 || count > program.stages().size()) {
            throw new ReportGarbled(program.name(), "times of " + count + " stages");
        }
        byte[] table = readUpTo((int) count * FRAME);
        if (table.length < count * FRAME) {
            throw new ReportGarbled(program.name(), "times of " + count + " stages, cut short");
        }
        ByteBuffer words = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        List<StageStamp> stamps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Duration at = Duration.ofSeconds(words.getLong(), words.getLong());
            if (!at.isZero()) {
                stamps.add(new StageStamp(program.stages().get(i), at));
            }
        }
        return new StatusReport.Stamps(stamps);
    }

    private byte[] readUpTo(int length) throws IOException {
        byte[] all = new byte[length];
        int done = 0;
        while (done < length) {
            byte[] chunk = OpenFiles.read(fd, length - done);
            if (chunk.length == 0) {
                break;
            }
            System.arraycopy(chunk, 0, all, done, chunk.length);
            done += chunk.length;
        }
        return done == length ? all : Arrays.copyOf(all, done);
    }

    @Override
    public void close() {
        fd.close();
    }
}
