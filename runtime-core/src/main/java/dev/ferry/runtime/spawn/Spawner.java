package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.PosixSpawn;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts programs: ELF image into a sealed file in memory, posix_spawn of that file.
 *
 * <p>The process never holds anything of ours that it could change or read: its /proc/PID/exe is the sealed file (compare
 * CVE-2019-5736, where a container overwrote the runtime's own binary through it), its memory is the image. It leads a
 * session, with all signals at their defaults and none blocked; its environment is empty.
 */
public final class Spawner {
    /** Descriptors to be placed are parked from here on, above every number in the child, and so is the image. */
    public static final int PARKING = 64;

    private static final int BUSY_ATTEMPTS = 50;

    /** About as many as a container's program has, so that the classes that write and lay out programs are warm too. */
    private static final int WARM_UP_STEPS = 200;

    private static final long BUSY_PAUSE_NANOS = 2_000_000;

    private final MachineEncoder encoder;
    private final Path fallback;
    private final boolean inMemory;

    private Spawner(MachineEncoder encoder, Path fallback, boolean inMemory) {
        this.encoder = encoder;
        this.fallback = fallback;
        this.inMemory = inMemory;
    }

    /**
     * For this machine.
     *
     * @param fallback where the image goes where files in memory must not be executed (vm.memfd_noexec = 2); a directory of
     *     ours on a file system without noexec
     * @throws UnsupportedOperationException on an architecture that has no encoder
     */
    public static Spawner ofHost(Path fallback) {
        return new Spawner(MachineEncoder.of(Architecture.host()), fallback, true);
    }

    /** As {@link #ofHost} on a machine where files in memory must not be executed. */
    static Spawner fromDisk(Path directory) {
        return new Spawner(MachineEncoder.of(Architecture.host()), directory, false);
    }

    /**
     * Starts a program that ends at once, and reaps it: links the C library and loads what a start needs, tens of
     * milliseconds that the first container would pay otherwise, and finds out whether this machine can start programs.
     */
    public void warmUp() throws SpawnException, IOException {
        ProgramBuilder builder = new ProgramBuilder("ferry-warm-up", ProgramBuilder.STATUS, true);
        builder.stage("all");
        Cell pid = builder.cell("pid");
        for (int step = 0; step < WARM_UP_STEPS; step++) {
            builder.call("step " + step, Syscall.GETPID, "operand " + step, pid.address(), step)
                    .to(pid);
        }
        builder.writeStamps(ProgramBuilder.STATUS);
        builder.exit(0);
        try (Spawned spawned = spawn(builder.build(), Map.of())) {
            WaitPid.Ended ended = WaitPid.await(spawned.pid());
            spawned.status().awaitClosed(Duration.ofSeconds(1));
            if (ended.status().raw() != 0) {
                throw new ChildDied(
                        "ferry-warm-up",
                        "wait status 0x" + Integer.toHexString(ended.status().raw()));
            }
        }
    }

    /**
     * Starts a program; returns when it runs.
     *
     * <p>Besides the placements it gets the status pipe at {@link Program#statusFd}, and /dev/null at those of 0, 1 and 2 that are
     * not placed. None of these is close-on-exec, since they have to live through the start: a program that execs says
     * {@link ProgramBuilder#closeOnExec} for the status pipe. Other descriptors of this JVM that are not close-on-exec are
     * open in it too, so its first step should be close_range(2).
     *
     * @param placements number in the child, in {@code [0, 63]} → descriptor of ours, borrowed
     */
    public Spawned spawn(Program program, Map<Integer, Fd> placements) throws IOException {
        if (placements.containsKey(program.statusFd())) {
            throw new IllegalArgumentException("descriptor " + program.statusFd() + " is the status pipe's");
        }
        try (Pipe status = Pipe.open();
                Fd nothing = OpenFiles.open(Path.of("/dev/null"), OpenFlags.O_RDWR)) {
            Map<Integer, Fd> wanted = new HashMap<>(placements);
            for (int stdio = 0; stdio <= 2; stdio++) {
                wanted.putIfAbsent(stdio, nothing);
            }
            wanted.put(program.statusFd(), status.writeEnd());
            return held(program, start(program, wanted), status.readEnd());
        }
    }

    /** A process that we can not hold, for want of descriptors say, is ended: nobody else would know of it. */
    private static Spawned held(Program program, int pid, Fd status) throws IOException {
        try {
            return new Spawned(PidFd.open(pid), StatusPipe.adopt(program, status));
        } catch (SyscallException e) {
            Processes.kill(pid, ProcessConstants.SIGKILL);
            WaitPid.await(pid);
            throw e;
        }
    }

    private int start(Program program, Map<Integer, Fd> wanted) throws IOException {
        List<Fd> parked = new ArrayList<>();
        try {
            Map<Integer, Fd> placements = new HashMap<>();
            for (Map.Entry<Integer, Fd> entry : wanted.entrySet()) {
                int target = entry.getKey();
                if (target < 0 || target >= PARKING) {
                    throw new IllegalArgumentException("a descriptor can not be placed at " + target);
                }
                Fd source = entry.getValue().duplicateAtLeast(PARKING);
                parked.add(source);
                placements.put(target, source);
            }
            byte[] image = ElfImage.of(program, encoder);
            try (Fd executable = image(program, image)) {
                return exec(program, executable, placements);
            }
        } finally {
            parked.forEach(Fd::close);
        }
    }

    /** Parked too: at a low number the file would be replaced by a placement before it is executed. */
    private Fd image(Program program, byte[] image) throws IOException {
        if (!inMemory) {
            return imageOnDisk(program, image);
        }
        try (Fd file = MemFd.create(program.name())) {
            OpenFiles.writeFully(file, image);
            MemFd.seal(file);
            return file.duplicateAtLeast(PARKING);
        } catch (SyscallException e) {
            if (e.is(Errno.EACCES) || e.is(Errno.ENOSYS)) {
                return imageOnDisk(program, image);
            }
            throw e;
        }
    }

    /** Written, closed and opened again for reading only: a file that is open for writing can not be executed. */
    Fd imageOnDisk(Program program, byte[] image) throws IOException {
        Path path = fallback.resolve(program.name() + "." + UUID.randomUUID());
        try {
            int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
            try (Fd file = OpenFiles.open(path, flags, 0700)) {
                OpenFiles.writeFully(file, image);
            }
            FileNodes.changeMode(path, 0500);
            try (Fd file = OpenFiles.open(path, OpenFlags.O_RDONLY)) {
                return file.duplicateAtLeast(PARKING);
            }
        } finally {
            Files.deleteIfExists(path);
        }
    }

    /**
     * A file on disk may still be open for writing in a child that another thread is just starting, between its clone and
     * its exec: ETXTBSY for a moment that is not ours to see, so this is tried again.
     */
    private static int exec(Program program, Fd executable, Map<Integer, Fd> placements) throws SyscallException {
        for (int attempt = 1; ; attempt++) {
            try {
                return PosixSpawn.spawn(
                        "/proc/self/fd/" + executable.number(), List.of(program.name()), List.of(), placements);
            } catch (SyscallException e) {
                if (!e.is(Errno.ETXTBSY) || attempt == BUSY_ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(BUSY_PAUSE_NANOS);
            }
        }
    }
}
