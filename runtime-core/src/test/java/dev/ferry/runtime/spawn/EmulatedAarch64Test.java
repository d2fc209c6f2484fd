package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The programs of aarch64, run by an emulator of single processes: their instructions are its own, their system calls it passes on to
 * this machine's kernel with numbers and flags translated. qemu-user(1)
 */
@LeakChecked
@Requires(Feature.QEMU_AARCH64)
final class EmulatedAarch64Test extends ProgramContract {
    /** Where the program that becomes the emulator would report; the emulated one has the usual number. */
    private static final int LAUNCHER_STATUS = 63;

    private int images;

    @Override
    protected Architecture architecture() {
        return Architecture.AARCH64;
    }

    /** A program of this machine's places the descriptors and becomes the emulator. */
    @Override
    protected Running start(Program program, Map<Integer, Fd> placements) throws IOException {
        Path image = directory.resolve("image" + ++images);
        Files.write(image, ElfImage.of(program, new Aarch64Encoder()));
        Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("r-x------"));
        List<String> command = new ArrayList<>(Feature.qemuAarch64().orElseThrow());
        command.add(image.toString());
        ProgramBuilder p = new ProgramBuilder("emulate", LAUNCHER_STATUS);
        p.closeOnExec(LAUNCHER_STATUS);
        p.call("become the emulator", Syscall.EXECVE, command.getFirst(), p.strings(command), p.strings(List.of()));
        try (Pipe status = Pipe.open()) {
            Map<Integer, Fd> all = new HashMap<>(placements);
            all.put(program.statusFd(), status.writeEnd());
            Spawned spawned = Spawner.ofHost(directory).spawn(p.build(), all);
            return new Emulated(spawned, StatusPipe.adopt(program, status.readEnd()));
        }
    }

    private record Emulated(Spawned spawned, StatusPipe status) implements Running {
        @Override
        public int pid() {
            return spawned.pid();
        }

        @Override
        public void close() {
            status.close();
            spawned.close();
        }
    }
}
