package dev.ferry.bench.start;

import dev.ferry.runtime.linux.PosixSpawn;
import dev.ferry.runtime.linux.WaitPid;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** No container at all: the same program started on the host with posix_spawn. Nothing can be faster. */
final class FloorSubject implements Subject {
    /** The bare start of a process. */
    static final String NAME = "floor";

    private final Path program;
    private final List<String> arguments;

    /** @param rootfs where the program lies when the container would start it */
    FloorSubject(Path rootfs, List<String> arguments) {
        String first = arguments.getFirst();
        this.program = first.startsWith("/")
                ? rootfs.resolve(first.substring(1))
                : rootfs.resolve("bin").resolve(first);
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "posix_spawn of the program on the host, no container";
    }

    @Override
    public Timing start() throws Exception {
        Timing.Watch watch = new Timing.Watch();
        int pid = PosixSpawn.spawn(program.toString(), arguments, List.of(), Map.of());
        watch.passed(Timing.Measure.EXECUTED); // posix_spawn(3) returns after the exec
        WaitPid.await(pid);
        watch.passed(Timing.Measure.ENDED);
        watch.passed(Timing.Measure.GONE);
        return watch.timing();
    }

    @Override
    public void close() {}
}
