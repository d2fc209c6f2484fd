package dev.ferry.runtime.linux.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our numbers and layouts against those of the C headers: a program of static assertions that must compile. */
final class HeadersTest {
    private static final String INCLUDES = """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <errno.h>
            #include <fcntl.h>
            #include <poll.h>
            #include <sched.h>
            #include <signal.h>
            #include <time.h>
            #include <unistd.h>
            #include <sys/eventfd.h>
            #include <sys/inotify.h>
            #include <sys/ioctl.h>
            #include <sys/mman.h>
            #include <sys/prctl.h>
            #include <sys/resource.h>
            #include <sys/signalfd.h>
            #include <sys/socket.h>
            #include <sys/statfs.h>
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <sys/uio.h>
            #include <sys/wait.h>
            #include <net/if.h>
            #include <linux/capability.h>
            #include <linux/close_range.h>
            #include <linux/filter.h>
            #include <linux/fs.h>
            #include <linux/keyctl.h>
            #include <linux/mount.h>
            #include <linux/seccomp.h>
            """;

    /** clone_args is declared by linux/sched.h, which can not be included beside sched.h everywhere. */
    private static final String CLONE_ARGS = """
            struct clone_args { unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size,
                tls, set_tid, set_tid_size, cgroup; };
            """;

    /** Ours, or spelled with an underscore in front by the headers. */
    private static final Set<String> WITHOUT_HEADER =
            Set.of("LINUX_CAPABILITY_VERSION_3", "SIGSET_BYTES", "F_SEAL_EXEC", "MFD_EXEC");

    /** asm/unistd.h of arch/arm64/include/uapi, which names what it wants of the generic header. */
    private static final String GENERIC_CALLS = """
            #define __ARCH_WANT_NEW_STAT
            #define __ARCH_WANT_SYS_CLONE3
            #include <asm-generic/unistd.h>
            #ifndef __NR_clone3
            #error what is compared here is not there
            #endif
            """;

    @TempDir
    private Path folder;

    @Test
    void knownSizes() {
        assertThat(Layouts.CLONE_ARGS.size()).isEqualTo(88);
        assertThat(Layouts.SOCK_FPROG.size()).isEqualTo(16);
        assertThat(Layouts.SOCK_FILTER.size()).isEqualTo(8);
        assertThat(Layouts.RUSAGE.size()).isEqualTo(144);
        assertThat(Layouts.MSGHDR.size()).isEqualTo(56);
    }

    @Test
    @Requires(Feature.GCC)
    void structsAreThoseOfTheHeaders() throws Exception {
        compile(structs(), List.of());
    }

    @Test
    @Requires(Feature.GCC)
    void numbersAreThoseOfTheHeaders() throws Exception {
        compile(numbers(Architecture.host()), List.of());
    }

    /** The kernel's table for all architectures that came late; a machine of another kind has it too. */
    @Test
    @Requires(Feature.GCC)
    void callsOfAarch64AreTheGenericOnes() throws Exception {
        StringBuilder program = new StringBuilder(GENERIC_CALLS);
        for (Syscall call : Syscall.values()) {
            assertSame(program, "__NR_" + call.kernelName(), call.aarch64());
        }
        compile(program.toString(), List.of());
    }

    @Test
    @Requires({Feature.GCC, Feature.AARCH64_HEADERS})
    void structsAreThoseOfTheHeadersOfAarch64() throws Exception {
        compile(structs(), forAarch64());
    }

    @Test
    @Requires({Feature.GCC, Feature.AARCH64_HEADERS})
    void numbersAreThoseOfTheHeadersOfAarch64() throws Exception {
        compile(numbers(Architecture.AARCH64), forAarch64());
    }

    /** What makes a compiler of any machine read the headers of that one: types have the same sizes on all that we know. */
    private List<String> forAarch64() throws Exception {
        String own = run(List.of("gcc", "-print-file-name=include")).strip();
        return List.of(
                "-nostdinc",
                "-isystem",
                own,
                "-isystem",
                Feature.AARCH64_INCLUDES.toString(),
                "-U__x86_64__",
                "-D__aarch64__",
                "-D__AARCH64EL__");
    }

    private static String structs() {
        StringBuilder program = new StringBuilder(INCLUDES).append(CLONE_ARGS);
        for (Struct struct : Layouts.ALL) {
            program.append("_Static_assert(sizeof(%s) == %d, \"size\");%n".formatted(struct.cName(), struct.size()));
            for (MemoryLayout member : struct.layout().memberLayouts()) {
                if (!(member instanceof PaddingLayout)) {
                    String name = member.name().orElseThrow();
                    program.append("_Static_assert(offsetof(%1$s, %2$s) == %3$d, \"%2$s\");%n"
                            .formatted(struct.cName(), name, struct.offset(name)));
                    program.append("_Static_assert(sizeof(((%1$s *) 0)->%2$s) == %3$d, \"%2$s\");%n"
                            .formatted(struct.cName(), name, member.byteSize()));
                }
            }
        }
        return program.toString();
    }

    private static String numbers(Architecture architecture) throws IllegalAccessException {
        StringBuilder program = new StringBuilder(INCLUDES);
        for (Syscall call : Syscall.values()) {
            assertSame(program, "__NR_" + call.kernelName(), architecture.numberOf(call));
        }
        for (Errno errno : Errno.values()) {
            if (errno != Errno.UNKNOWN) {
                assertSame(program, errno.name(), errno.number());
            }
        }
        for (Class<?> constants : List.of(
                Fcntl.class,
                OpenFlags.class,
                MountFlags.class,
                CloneFlags.class,
                ProcessConstants.class,
                PollEvents.class,
                SocketConstants.class,
                IoctlRequests.class,
                InotifyEvents.class)) {
            for (Field field : constants.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers()) && !WITHOUT_HEADER.contains(field.getName())) {
                    assertSame(program, field.getName(), value(field, architecture));
                }
            }
        }
        return program.toString();
    }

    private static long value(Field field, Architecture architecture) throws IllegalAccessException {
        return switch (field.getName()) {
            case "O_DIRECTORY" -> architecture.directoryFlag();
            case "O_NOFOLLOW" -> architecture.noFollowFlag();
            case "O_TMPFILE" -> (OpenFlags.O_TMPFILE & ~OpenFlags.O_DIRECTORY) | architecture.directoryFlag();
            default -> ((Number) field.get(null)).longValue();
        };
    }

    /** A name that this machine's headers are too old for is left out, as far as it is a macro. */
    private static void assertSame(StringBuilder program, String name, long value) {
        program.append("#ifdef %s%n".formatted(name))
                .append("_Static_assert((unsigned long) (%1$s) == %2$dUL || (unsigned) (%1$s) == %3$dU, \"%1$s\");%n"
                        .formatted(name, value & Long.MAX_VALUE, (int) value & 0xffffffffL))
                .append("#endif%n".formatted());
    }

    private void compile(String program, List<String> options) throws Exception {
        Path source = folder.resolve("audit.c");
        Files.writeString(source, program);
        List<String> command = new ArrayList<>(List.of("gcc", "-std=gnu11", "-fsyntax-only", "-w"));
        command.addAll(options);
        command.add(source.toString());
        run(command);
    }

    private static String run(List<String> command) throws Exception {
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(said).isZero();
        return said;
    }
}
