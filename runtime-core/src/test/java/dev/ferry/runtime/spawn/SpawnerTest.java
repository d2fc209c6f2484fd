package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.testing.LeakChecked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs on this machine, and what the spawner sees to besides; nothing here needs privileges. */
@LeakChecked
final class SpawnerTest extends ProgramContract {
    private Spawner spawner() {
        return Spawner.ofHost(directory);
    }

    @Override
    protected Architecture architecture() {
        return Architecture.host();
    }

    @Override
    protected Running start(Program program, Map<Integer, Fd> placements) throws IOException {
        return new Started(spawner().spawn(program, placements));
    }

    private record Started(Spawned spawned) implements Running {
        @Override
        public int pid() {
            return spawned.pid();
        }

        @Override
        public StatusPipe status() {
            return spawned.status();
        }

        @Override
        public void close() {
            spawned.close();
        }
    }

    @Test
    void theProcessHasCleanSignalsAndLeadsASession() throws Exception {
        ProgramBuilder p = new ProgramBuilder("clean", ProgramBuilder.STATUS);
        Block one = p.block("one byte", 1);
        p.call("wait for a word", Syscall.READ, 0, one, 1);
        p.exit(0);

        try (Pipe gate = Pipe.open();
                Spawned spawned = spawner().spawn(p.build(), Map.of(0, gate.readEnd()))) {
            Path proc = Path.of("/proc/" + spawned.pid());
            List<String> facts = Files.readAllLines(proc.resolve("status"));
            String session = Files.readString(proc.resolve("stat"))
                    .replaceAll(".*\\) ", "")
                    .split(" ", 5)[3];
            String executable = Files.readSymbolicLink(proc.resolve("exe")).toString();
            OpenFiles.writeFully(gate.writeEnd(), new byte[1]);
            WaitPid.await(spawned.pid());

            assertThat(facts)
                    .anyMatch(line -> line.matches("SigBlk:\\s*0+"))
                    .anyMatch(line -> line.matches("SigIgn:\\s*0+"));
            assertThat(session).isEqualTo(Integer.toString(spawned.pid()));
            assertThat(executable).isEqualTo("/memfd:clean (deleted)");
        }
    }

    @Test
    void placementsDoNotOverwriteEachOther() throws Exception {
        ProgramBuilder p = new ProgramBuilder("swap", ProgramBuilder.STATUS);
        Block buffer = p.block("buffer", 8);
        p.call("read one", Syscall.READ, 10, buffer, 1);
        p.call("read the other", Syscall.READ, 11, buffer.address(1), 1);
        p.call("write both", Syscall.WRITE, OUT, buffer, 2);
        p.exit(0);
        Program program = p.build();

        try (Pipe out = Pipe.open();
                Pipe a = Pipe.open();
                Pipe b = Pipe.open()) {
            OpenFiles.writeFully(a.writeEnd(), new byte[] {'a'});
            OpenFiles.writeFully(b.writeEnd(), new byte[] {'b'});
            Map<Integer, Fd> placements = Map.of(OUT, out.writeEnd(), 10, a.readEnd(), 11, b.readEnd());
            try (Spawned spawned = spawner().spawn(program, placements)) {
                assertThat(OpenFiles.read(out.readEnd(), 2)).containsExactly('a', 'b');
                assertThat(WaitPid.await(spawned.pid()).status().exitCode()).isZero();
            }
        }
    }

    @Test
    void theImageMayLieOnDiskWhereMemoryMustNotBeExecuted() throws Exception {
        ProgramBuilder p = new ProgramBuilder("ondisk", ProgramBuilder.STATUS);
        p.exit(0);
        byte[] image = ElfImage.of(p.build(), MachineEncoder.of(Architecture.host()));

        ProgramBuilder q = new ProgramBuilder("ondisk", ProgramBuilder.STATUS);
        q.exit(0);
        try (Fd file = spawner().imageOnDisk(q.build(), image)) {
            assertThat(OpenFiles.readAll(file)).isEqualTo(image);
            assertThat(directory).isEmptyDirectory();
            assertThatThrownBy(() -> OpenFiles.write(file, new byte[1], 0, 1)).hasMessageContaining("EBADF");
        }
    }

    @Test
    void programsRunFromDiskToo() throws Exception {
        ProgramBuilder p = new ProgramBuilder("fromdisk", ProgramBuilder.STATUS);
        p.exit(9);
        try (Spawned spawned = Spawner.fromDisk(directory).spawn(p.build(), Map.of())) {
            assertThat(WaitPid.await(spawned.pid()).status().exitCode()).isEqualTo(9);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void warmingUpLeavesNothing() throws Exception {
        spawner().warmUp();
        assertThat(directory).isEmptyDirectory();
    }

    /** Takes all descriptors away and gives them back one by one, so that each place that needs one fails in its turn. */
    @Test
    void everyShortageOfDescriptorsIsSurvived() throws Exception {
        Spawner spawner = spawner();
        spawner.warmUp();
        ProgramBuilder p = new ProgramBuilder("short", ProgramBuilder.STATUS);
        p.exit(3);
        Program program = p.build();
        Path nothing = Path.of("/dev/null");
        Deque<Fd> taken = new ArrayDeque<>();
        assertThatThrownBy(() -> OpenFiles.open(Path.of("/no/such/file"), 0)).isInstanceOf(SyscallException.class);
        limitOpenFiles("512:");
        int failures = 0;
        try {
            takeAll(nothing, taken);
            int exitCode = -1;
            while (exitCode < 0) {
                try (Spawned spawned = spawner.spawn(program, Map.of())) {
                    exitCode = WaitPid.await(spawned.pid()).status().exitCode();
                } catch (SyscallException e) {
                    failures += e.is(Errno.EMFILE) ? 1 : 100;
                    taken.removeLast().close();
                }
            }
            assertThat(exitCode).isEqualTo(3);
        } finally {
            taken.forEach(Fd::close);
            limitOpenFiles("unlimited".equals(hardLimit()) ? "1048576:" : hardLimit() + ":");
        }
        assertThat(failures).isBetween(8, 20);
    }

    private static void takeAll(Path path, Deque<Fd> taken) {
        while (true) {
            try {
                taken.add(OpenFiles.open(path, OpenFlags.O_RDONLY));
            } catch (SyscallException e) {
                return;
            }
        }
    }

    private static String hardLimit() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s+", -1)[4])
                .findFirst()
                .orElseThrow();
    }

    private static void limitOpenFiles(String limit) throws Exception {
        Process prlimit = new ProcessBuilder(
                        "prlimit",
                        "--pid",
                        Long.toString(ProcessHandle.current().pid()),
                        "--nofile=" + limit)
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }
}
