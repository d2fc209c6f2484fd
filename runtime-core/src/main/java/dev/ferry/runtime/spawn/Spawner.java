package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.PosixSpawn;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final long BUSY_PAUSE_NANOS = 2_000_000;

    private final MachineEncoder encoder;
    private final Path fallback;

    private Spawner(MachineEncoder encoder, Path fallback) {
        this.encoder = encoder;
        this.fallback = fallback;
    }

    /**
     * For this machine.
     *
     * @param fallback where the image goes where files in memory must not be executed (vm.memfd_noexec = 2); a directory of
     *     ours on a file system without noexec
     * @throws UnsupportedOperationException on an architecture that has no encoder
     */
    public static Spawner ofHost(Path fallback) {
        String architecture = System.getProperty("os.arch");
        if (!"amd64".equals(architecture)) {
            throw new UnsupportedOperationException(
                    "no machine code for \"" + architecture + "\": programs run on x86_64 (amd64) only");
        }
        return new Spawner(new X86_64Encoder(), fallback);
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
            int pid = start(program, wanted);
            PidFd process = PidFd.open(pid);
            return new Spawned(process, StatusPipe.adopt(program, status.readEnd()));
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
