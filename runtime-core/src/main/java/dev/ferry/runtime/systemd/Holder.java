package dev.ferry.runtime.systemd;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A process that a scope begins with, since systemd makes none without: it waits at a pipe until the container's first process is inside. When
 * this runtime dies, the pipe ends, the process with it, and systemd takes away a scope that is empty.
 */
final class Holder implements AutoCloseable {
    private static final int RELEASE = ProgramBuilder.STATUS + 1;

    private final Spawned process;
    private final Pipe pipe;

    private Holder(Spawned process, Pipe pipe) {
        this.process = process;
        this.pipe = pipe;
    }

    /**
     * Starts one.
     *
     * @param images a directory of ours, see {@link Spawner#ofHost}
     */
    static Holder start(Path images) throws IOException {
        ProgramBuilder p = new ProgramBuilder("ferry-scope", ProgramBuilder.STATUS);
        Block nothing = p.block("nothing", 8);
        // what the caller has open is not ours to keep
        p.call("close what is not ours", Syscall.CLOSE_RANGE, RELEASE + 1, 0xffff_ffffL, 0);
        p.call("wait until the scope has a container", Syscall.READ, RELEASE, nothing, 1);
        p.exit(0);
        Program program = p.build();
        Pipe pipe = Pipe.open();
        boolean done = false;
        try {
            Map<Integer, Fd> placements = Map.of(RELEASE, pipe.readEnd());
            Holder holder = new Holder(Spawner.ofHost(images).spawn(program, placements), pipe);
            done = true;
            return holder;
        } finally {
            if (!done) {
                pipe.close();
            }
        }
    }

    int pid() {
        return process.pid();
    }

    /** Ends it and waits for that. */
    @Override
    public void close() throws IOException {
        try (process) {
            pipe.close();
            WaitPid.await(process.pid());
        }
    }
}
