package dev.ferry.cli.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The job of the demonstration, run inside a container: much live memory that is checked whole at every step, by several threads; a
 * timer; a file that grows by a line a step. Ends with code 3 and a line that begins with {@code fault} when anything is not as it
 * must be.
 *
 * <p>Arguments: blocks of memory (MiB), milliseconds between steps, the file. Knows nothing of checkpoints: it is an ordinary program.
 */
public final class LongJob {
    private static final int THREADS = 4;
    private static final int TICK_MILLIS = 50;
    private static final int FAULT = 3;

    private final byte[][] memory;
    private final JobPlan plan;
    private final long pause;
    private final Path file;
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final AtomicLong ticks = new AtomicLong();
    private final CyclicBarrier begin = new CyclicBarrier(THREADS + 1);
    private final CyclicBarrier end = new CyclicBarrier(THREADS + 1);
    private final AtomicLong mismatches = new AtomicLong();

    private LongJob(int blocks, long pause, Path file) {
        this.memory = new byte[blocks][JobPlan.BLOCK];
        for (int i = 0; i < blocks; i++) {
            JobPlan.fillFirst(memory[i], i);
        }
        this.plan = new JobPlan(blocks);
        this.pause = pause;
        this.file = file;
    }

    public static void main(String[] arguments) throws Exception {
        int blocks = Integer.parseInt(arguments[0]);
        new LongJob(blocks, Long.parseLong(arguments[1]), Path.of(arguments[2])).work();
    }

    private void work() throws IOException, InterruptedException, BrokenBarrierException {
        for (int i = 0; i < THREADS; i++) {
            int part = i;
            Thread thread = new Thread(() -> check(part), "checker-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
                FileChannel progress = FileChannel.open(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ScheduledFuture<?> ticking =
                    timer.scheduleAtFixedRate(ticks::incrementAndGet, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
            long written = 0;
            long before = ticks.get();
            int still = 0;
            while (!ticking.isDone()) {
                plan.advance();
                long step = plan.step();
                JobPlan.fillAt(memory[plan.blockOf(step)], step);
                begin.await();
                end.await();
                if (mismatches.get() != 0) {
                    fault("step " + step + ": " + mismatches.get() + " blocks of memory changed");
                }
                if (Files.size(file) != written) {
                    fault("step " + step + ": the file has " + Files.size(file) + " bytes, written were " + written);
                }
                byte[] record =
                        (step + " " + Long.toHexString(plan.total()) + "\n").getBytes(StandardCharsets.US_ASCII);
                progress.write(ByteBuffer.wrap(record));
                written += record.length;
                say("step " + step + " memory " + Long.toHexString(plan.total()) + " file " + written + " ticks "
                        + ticks);
                TimeUnit.MILLISECONDS.sleep(pause);
                // a step in which the container was restored may be over before the timer's thread has had its turn
                still = ticks.get() <= before ? still + 1 : 0;
                if (still > 1) {
                    fault("step " + step + ": the timer stands still at " + before);
                }
                before = ticks.get();
            }
            fault("the timer has ended");
        }
    }

    /** Each thread checks every block whose number leaves its own rest. */
    private void check(int part) {
        try {
            while (true) {
                begin.await();
                for (int i = part; i < memory.length; i += THREADS) {
                    if (JobPlan.checksum(memory[i]) != plan.checksumOf(i)) {
                        mismatches.incrementAndGet();
                    }
                }
                end.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            mismatches.incrementAndGet();
        }
    }

    private void say(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void fault(String what) throws IOException {
        say("fault " + what);
        System.exit(FAULT);
    }
}
