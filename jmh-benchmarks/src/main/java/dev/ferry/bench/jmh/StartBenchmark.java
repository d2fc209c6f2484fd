package dev.ferry.bench.jmh;

import dev.ferry.bench.start.BenchPlace;
import dev.ferry.bench.start.PreparedBundle;
import dev.ferry.bench.start.StartRun;
import dev.ferry.bench.start.Subject;
import dev.ferry.bench.start.Timing;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One container from the call until nothing of it is left. Every invocation is preceded by a rest, outside the time: back to back
 * the kernel's RCU is awake and a version 1 control group costs a tenth. One fork only, and one thread: the machine is measured, not
 * the compiler.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 5)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Threads(1)
public class StartBenchmark {
    /** As {@code ferry bench start --runtime}. */
    @Param({"floor", "ferry", "crun", "runc"})
    String runtime = "";

    /** Milliseconds before each start. */
    @Param("60")
    int spacing;

    private Optional<BenchPlace> place = Optional.empty();
    private Optional<PreparedBundle> bundle = Optional.empty();
    private Optional<Subject> subject = Optional.empty();

    @Setup(Level.Trial)
    public void prepare() throws Exception {
        boolean done = false;
        try {
            prepareAll();
            done = true;
        } finally {
            if (!done) {
                // nobody tears down what was not set up
                remove();
            }
        }
    }

    private void prepareAll() throws Exception {
        BenchPlace made = BenchPlace.make(Optional.empty());
        place = Optional.of(made);
        PreparedBundle prepared = PreparedBundle.ofBusybox(made);
        bundle = Optional.of(prepared);
        subject = prepared.subject(runtime);
        if (subject.isEmpty()) {
            throw new IllegalStateException("no \"" + runtime + "\" on this machine: ./ferry provision --peers");
        }
    }

    @Setup(Level.Invocation)
    public void rest() {
        long rest = Math.max(spacing, StartRun.LEAST_SPACING.toMillis());
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(rest);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** The whole life of a container that does nothing. */
    @Benchmark
    public void startToGone(Blackhole hole) throws Exception {
        Timing timing = subject.orElseThrow().start();
        hole.consume(timing);
    }

    @TearDown(Level.Trial)
    public void remove() throws Exception {
        if (subject.isPresent()) {
            subject.get().close();
        }
        if (bundle.isPresent()) {
            bundle.get().close();
        }
        if (place.isPresent()) {
            place.get().close();
        }
    }
}
