package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
    private static final int SETSIGMASK = 0x08;
    private static final int SETSIGDEF = 0x04;
    private static final int SETSID = 0x80;

    /** glibc's posix_spawnattr_t is 336 bytes, its posix_spawn_file_actions_t 80; some room for other C libraries. */
    private static final int OPAQUE_BYTES = 1024;

    private static final int SIGSET_BYTES = 128;

    private static final Function SPAWN = Function.of("posix_spawn");
    private static final Function ACTIONS_INIT = Function.of("posix_spawn_file_actions_init");
    private static final Function ACTIONS_DUP2 = Function.of("posix_spawn_file_actions_adddup2");
    private static final Function ACTIONS_DESTROY = Function.of("posix_spawn_file_actions_destroy");
    private static final Function ATTRIBUTES_INIT = Function.of("posix_spawnattr_init");
    private static final Function ATTRIBUTES_FLAGS = Function.of("posix_spawnattr_setflags");
    private static final Function ATTRIBUTES_DEFAULTS = Function.of("posix_spawnattr_setsigdefault");
    private static final Function ATTRIBUTES_MASK = Function.of("posix_spawnattr_setsigmask");
    private static final Function ATTRIBUTES_DESTROY = Function.of("posix_spawnattr_destroy");

    private PosixSpawn() {}

    /** One of the family: they answer with the error number itself and leave errno alone. */
    private record Function(CFunction function) {
        static Function of(String name) {
            return new Function(new CFunction(name, Libc.symbol(name)));
        }

        int invoke(long... arguments) {
            return (int) function.call(arguments);
        }

        void succeed(long... arguments) throws SyscallException {
            requireNone(invoke(arguments), "");
        }

        void requireNone(int error, String arguments) throws SyscallException {
            if (error != 0) {
                throw new SyscallException(function.name(), arguments, Errno.of(error));
            }
        }
    }

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
        int highest = -1;
        for (int target : placements.keySet()) {
            highest = Math.max(highest, target);
        }
        for (Fd source : placements.values()) {
            if (source.number() <= highest) {
                throw new IllegalArgumentException(source + " must be parked above " + highest + " first");
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(OPAQUE_BYTES, Long.BYTES);
            MemorySegment attributes = arena.allocate(OPAQUE_BYTES, Long.BYTES);
            MemorySegment pid = arena.allocate(JAVA_INT);
            ACTIONS_INIT.succeed(actions.address());
            ATTRIBUTES_INIT.succeed(attributes.address());
            try {
                for (Map.Entry<Integer, Fd> placement : placements.entrySet()) {
                    int target = Objects.requireNonNull(placement.getKey());
                    ACTIONS_DUP2.succeed(actions.address(), placement.getValue().number(), target);
                }
                cleanSignals(arena, attributes);
                int error = SPAWN.invoke(
                        pid.address(),
                        Libc.address(arena, executable),
                        actions.address(),
                        attributes.address(),
                        vector(arena, arguments),
                        vector(arena, environment));
                SPAWN.requireNone(error, "\"" + executable + "\"");
                return pid.get(JAVA_INT, 0);
            } finally {
                ACTIONS_DESTROY.invoke(actions.address());
                ATTRIBUTES_DESTROY.invoke(attributes.address());
            }
        }
    }

    private static void cleanSignals(Arena arena, MemorySegment attributes) throws SyscallException {
        MemorySegment none = arena.allocate(SIGSET_BYTES, Long.BYTES);
        MemorySegment all = arena.allocate(SIGSET_BYTES, Long.BYTES).fill((byte) 0xff);
        ATTRIBUTES_FLAGS.succeed(attributes.address(), SETSIGMASK | SETSIGDEF | SETSID);
        ATTRIBUTES_DEFAULTS.succeed(attributes.address(), all.address());
        ATTRIBUTES_MASK.succeed(attributes.address(), none.address());
    }

    private static long vector(Arena arena, List<String> strings) {
        MemorySegment vector = arena.allocate((strings.size() + 1L) * Long.BYTES, Long.BYTES);
        for (int i = 0; i < strings.size(); i++) {
            vector.set(JAVA_LONG, (long) i * Long.BYTES, Libc.address(arena, strings.get(i)));
        }
        return vector.address();
    }
}
