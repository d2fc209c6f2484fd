package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Starting another program. posix_spawn(3)
 *
 * <p>The C library borrows our memory for the moment between clone and exec, on a stack of its own: nothing of the JVM is
 * copied and no Java runs in the child. The child leads a session, every signal has its default action and none is blocked:
 * Java threads block SIGQUIT and ignore others, which exec would hand on.
 */
public final class PosixSpawn {
    private static final short SETSIGMASK = 0x08;
    private static final short SETSIGDEF = 0x04;
    private static final short SETSID = 0x80;

    /** glibc's posix_spawnattr_t is 336 bytes, its posix_spawn_file_actions_t 80; some room for other C libraries. */
    private static final int OPAQUE_BYTES = 1024;

    private static final int SIGSET_BYTES = 128;

    private static final FunctionDescriptor ONE = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    private static final FunctionDescriptor TWO = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);

    private static final MethodHandle SPAWN = Libc.link(
            "posix_spawn", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle ACTIONS_INIT = Libc.link("posix_spawn_file_actions_init", ONE);
    private static final MethodHandle ACTIONS_DUP2 =
            Libc.link("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACTIONS_DESTROY = Libc.link("posix_spawn_file_actions_destroy", ONE);
    private static final MethodHandle ATTRIBUTES_INIT = Libc.link("posix_spawnattr_init", ONE);
    private static final MethodHandle ATTRIBUTES_FLAGS =
            Libc.link("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
    private static final MethodHandle ATTRIBUTES_DEFAULTS = Libc.link("posix_spawnattr_setsigdefault", TWO);
    private static final MethodHandle ATTRIBUTES_MASK = Libc.link("posix_spawnattr_setsigmask", TWO);
    private static final MethodHandle ATTRIBUTES_DESTROY = Libc.link("posix_spawnattr_destroy", ONE);

    private PosixSpawn() {}

    /**
     * Starts a program and returns its pid once it has been exec'd. The caller reaps it with {@link WaitPid}.
     *
     * @param executable path of the program; nothing is searched
     * @param arguments what it sees as its arguments, its own name first
     * @param environment {@code NAME=value} each
     * @param placements number in the child → our descriptor that becomes it, not close-on-exec there; sources must be
     *     numbered above all numbers in the child, or one placement could overwrite the source of the next
     */
    public static int spawn(
            String executable, List<String> arguments, List<String> environment, Map<Integer, Fd> placements)
            throws SyscallException {
        int highest =
                placements.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
        for (Fd source : placements.values()) {
            if (source.number() <= highest) {
                throw new IllegalArgumentException(source + " must be parked above " + highest + " first");
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(OPAQUE_BYTES, Long.BYTES);
            MemorySegment attributes = arena.allocate(OPAQUE_BYTES, Long.BYTES);
            MemorySegment pid = arena.allocate(JAVA_INT);
            succeed("posix_spawn_file_actions_init", (int) ACTIONS_INIT.invokeExact(actions));
            succeed("posix_spawnattr_init", (int) ATTRIBUTES_INIT.invokeExact(attributes));
            try {
                place(actions, placements);
                cleanSignals(arena, attributes);
                int error = (int) SPAWN.invokeExact(
                        pid,
                        arena.allocateFrom(executable),
                        actions,
                        attributes,
                        vector(arena, arguments),
                        vector(arena, environment));
                succeed("posix_spawn", error, "\"" + executable + "\"");
                return pid.get(JAVA_INT, 0);
            } finally {
                int ignored = (int) ACTIONS_DESTROY.invokeExact(actions);
                ignored = (int) ATTRIBUTES_DESTROY.invokeExact(attributes);
            }
        } catch (SyscallException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("posix_spawn(3) is linked wrongly", t);
        }
    }

    private static void place(MemorySegment actions, Map<Integer, Fd> placements) throws Throwable {
        for (Map.Entry<Integer, Fd> placement : placements.entrySet()) {
            int target = Objects.requireNonNull(placement.getKey());
            succeed("posix_spawn_file_actions_adddup2", (int)
                    ACTIONS_DUP2.invokeExact(actions, placement.getValue().number(), target));
        }
    }

    private static void cleanSignals(Arena arena, MemorySegment attributes) throws Throwable {
        MemorySegment none = arena.allocate(SIGSET_BYTES, Long.BYTES);
        MemorySegment all = arena.allocate(SIGSET_BYTES, Long.BYTES).fill((byte) 0xff);
        short flags = (short) (SETSIGMASK | SETSIGDEF | SETSID);
        succeed("posix_spawnattr_setflags", (int) ATTRIBUTES_FLAGS.invokeExact(attributes, flags));
        succeed("posix_spawnattr_setsigdefault", (int) ATTRIBUTES_DEFAULTS.invokeExact(attributes, all));
        succeed("posix_spawnattr_setsigmask", (int) ATTRIBUTES_MASK.invokeExact(attributes, none));
    }

    private static MemorySegment vector(Arena arena, List<String> strings) {
        MemorySegment vector = arena.allocate(ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            vector.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
        }
        return vector;
    }

    private static void succeed(String function, int error) throws SyscallException {
        succeed(function, error, "");
    }

    /** These functions answer with the error number itself and leave errno alone. */
    private static void succeed(String function, int error, String arguments) throws SyscallException {
        if (error != 0) {
            throw new SyscallException(function, arguments, Errno.of(error));
        }
    }
}
