package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.capability.Capability;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.ResourceLimits;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.mount.MountOptions;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Process.Rlimit;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.oci.User;
import dev.ferry.runtime.spawn.FakeKernel;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramInterpreter;
import dev.ferry.runtime.spawn.ProgramPaths;
import dev.ferry.testing.FuzzTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever a configuration asks for: its program ends in another program or in an exit on every path, stays within its memory,
 * and names the step that failed, whichever that is. Each number is the seed of a configuration.
 */
class ProgramFuzzTest {
    private static final int TRIES = 25;
    private static final List<String> OPTIONS = List.copyOf(MountOptions.names());
    private static final List<String> RLIMITS = List.of("RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_STACK", "RLIMIT_AS");

    @Property(tries = TRIES, seed = "4715", shrinking = ShrinkingMode.OFF)
    void everyProgramEndsAndNamesTheStepThatFails(@ForAll long seed) {
        FuzzTime.run(TRIES, seed, random -> {
            Spec spec = spec(random);
            Program program = program(spec);
            FakeKernel child =
                    new FakeKernel().on(Syscall.CLONE3, 0).on(Syscall.READ, 1).on(Syscall.OPENAT, 40);

            ProgramPaths.assertEveryPathEnds(program);
            assertThat(ProgramInterpreter.run(program, child).end()).isEqualTo(ProgramInterpreter.End.EXECUTED);
            assertThat(ProgramPaths.assertEveryFailureIsReported(program, child))
                    .isGreaterThan(50);
        });
    }

    private static Spec spec(Random random) {
        DefaultSpec spec = DefaultSpec.builder()
                .arguments(texts(random, 1, "/bin/program"))
                .environment(texts(random, 0, "NAME="))
                .workingDirectory("/" + text(random))
                .user(new User(
                        id(random),
                        id(random),
                        random.nextBoolean() ? null : random.nextInt(512),
                        random.longs(random.nextInt(4), 0, 1L << 32).boxed().toList(),
                        null))
                .noNewPrivileges(random.nextBoolean())
                .oomScoreAdj(random.nextInt(2001) - 1000)
                .rlimits(RLIMITS.stream()
                        .filter(name -> random.nextBoolean())
                        .map(name -> new Rlimit(name, random.nextLong(), random.nextLong()))
                        .toList())
                .capabilities(List.of(Capability.values()).stream()
                        .filter(capability -> random.nextBoolean())
                        .map(Capability::text)
                        .toList())
                .maskedPaths(texts(random, 0, "/proc/"))
                .readonlyPaths(texts(random, 0, "/proc/"));
        if (random.nextBoolean()) {
            spec.hostname(text(random));
        }
        if (random.nextInt(3) == 0) {
            spec.terminal(random.nextBoolean() ? null : new Process.ConsoleSize(random.nextInt(), random.nextInt()));
        }
        if (random.nextBoolean()) {
            spec.sysctl("net." + text(random).replace('/', '_'), text(random));
        }
        for (NamespaceKind kind :
                List.of(NamespaceKind.NETWORK, NamespaceKind.IPC, NamespaceKind.UTS, NamespaceKind.CGROUP)) {
            switch (random.nextInt(3)) {
                case 0 -> spec.freshNamespace(kind);
                case 1 -> spec.joinNamespace(kind, "/run/" + text(random));
                default -> {}
            }
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            spec.mount(mount(random));
        }
        return spec.build();
    }

    private static Mount mount(Random random) {
        var options = new TreeSet<String>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String option = OPTIONS.get(random.nextInt(OPTIONS.size()));
            // ids of mounts need a namespace that is made beforehand
            if (!option.endsWith("idmap")) {
                options.add(option);
            }
        }
        boolean bind = random.nextBoolean();
        if (bind) {
            options.add("rbind");
        }
        return new Mount(
                "/mnt" + text(random),
                bind ? "bind" : "tmpfs",
                bind ? "/srv/" + text(random) : "tmpfs",
                List.copyOf(options));
    }

    private static long id(Random random) {
        return random.nextInt(4) == 0 ? 0 : random.nextLong(1L << 32);
    }

    private static List<String> texts(Random random, int least, String beginning) {
        var texts = new ArrayList<String>();
        for (int i = least + random.nextInt(5); i > 0; i--) {
            texts.add(beginning + text(random));
        }
        return texts;
    }

    /** Often short, at times long, of characters that need one to four bytes. */
    private static String text(Random random) {
        int length = random.nextInt(20) == 0 ? 10_000 : random.nextInt(12);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(
                    switch (random.nextInt(12)) {
                        case 0 -> 0x1f680;
                        case 1 -> 0xe9;
                        case 2 -> ' ';
                        default -> 'a' + random.nextInt(26);
                    });
        }
        return text.toString();
    }

    /** Over control groups of plain files; what follows is as the engine writes it. */
    private static Program program(Spec spec) throws IOException {
        Path folder = Files.createTempDirectory("ferry-fuzz");
        try {
            Files.createDirectories(folder.resolve("proc/self"));
            Files.writeString(folder.resolve("proc/self/cgroup"), "0::/\n");
            Files.writeString(
                    folder.resolve("proc/self/mountinfo"), "36 31 0:33 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
            Files.createDirectories(folder.resolve("sys/fs/cgroup"));
            Cgroup cgroup = CgroupHierarchies.of(folder).create(new CgroupPath("/ferry/paper"), LinuxResources.NONE);
            return program(spec, cgroup, folder);
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Program program(Spec spec, Cgroup cgroup, Path folder) {
        var request = new LaunchRequest(
                "paper",
                folder,
                folder.resolve("log"),
                spec,
                new RootFilesystem.Bind(Path.of("/image")),
                Optional.empty(),
                cgroup,
                false,
                false);
        Process process = Objects.requireNonNull(spec.process());
        var shape = new MonitorText.Shape(
                "paper",
                MonitorText.Kind.START,
                InitText.cloneFlags(spec),
                false,
                process.terminal(),
                false,
                EnumSet.of(MonitorFd.STATUS, MonitorFd.RECORD, MonitorFd.LOG, MonitorFd.GATE),
                false);
        var limits = new ResourceLimits(Map.of());
        return MonitorText.write(
                shape,
                calls -> new InitText(
                                calls,
                                request,
                                new ProcessText(calls, process, request.filter(), limits, new Monitored(false)),
                                Path.of("/mount/point"))
                        .write());
    }
}
