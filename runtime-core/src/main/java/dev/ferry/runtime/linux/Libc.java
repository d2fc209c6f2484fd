package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The only class that links the C library.
 *
 * <p>Nearly all calls go through one function, syscall(2): its arguments are machine words, so there is no place for a four
 * byte parameter to be declared with eight; calls that older C libraries have no name for (open_tree, pidfd_getfd) need no
 * special treatment; and a fresh JVM links one handle instead of sixty. posix_spawn(3) and its neighbours are called by
 * their own names, since the dance around vfork is the C library's, and through the same handle: making one costs twenty milliseconds of
 * processor, more than all else that a short-lived process does.
 *
 * <p>That handle passes words. A function that takes less than a word, an int say, looks at the lower part of the register only, and one
 * that returns less leaves the rest of it undefined, on x86_64 and aarch64 alike; nothing here takes more or floating point.
 *
 * <p>errno belongs to one call: it is captured in the arena of that call and never shared between threads.
 */
@SuppressWarnings("restricted")
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    static final StructLayout STATE = Linker.Option.captureStateLayout();
    /** errno is all that is captured on Linux; a test looks, since the first path through a layout costs a millisecond. */
    static final long ERRNO = 0;

    private static final Architecture HOST = Architecture.host();

    /** {@code long function(long, ...)}: variadic from the second argument on, as syscall(2) is; to others that makes no difference. */
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));

    private static final MemorySegment SYSCALL = symbol("syscall");

    private Libc() {}

    /** Does a system call and answers as the kernel does: the result, or minus the error number. */
    static long invoke(Syscall call, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) CALL.invokeExact(SYSCALL, state, (long) HOST.numberOf(call), a, b, c, d, e, f);
            return result == -1 ? -(long) state.get(JAVA_INT, ERRNO) : result;
        } catch (Throwable t) {
            throw new AssertionError("syscall(2) is linked wrongly", t);
        }
    }

    static long invoke(Syscall call, long a, long b, long c, long d, long e) {
        return invoke(call, a, b, c, d, e, 0);
    }

    static long invoke(Syscall call, long a, long b, long c, long d) {
        return invoke(call, a, b, c, d, 0, 0);
    }

    static long invoke(Syscall call, long a, long b, long c) {
        return invoke(call, a, b, c, 0, 0, 0);
    }

    static long invoke(Syscall call, long a, long b) {
        return invoke(call, a, b, 0, 0, 0, 0);
    }

    static long invoke(Syscall call, long a) {
        return invoke(call, a, 0, 0, 0, 0, 0);
    }

    static long invoke(Syscall call) {
        return invoke(call, 0, 0, 0, 0, 0, 0);
    }

    /** Like {@link #invoke}, again as long as a signal interrupts it; never for close(2), whose work is done by then. */
    static long invokeUninterrupted(Syscall call, long a, long b, long c, long d, long e, long f) {
        while (true) {
            long result = invoke(call, a, b, c, d, e, f);
            if (result != -Errno.EINTR.number()) {
                return result;
            }
        }
    }

    static long invokeUninterrupted(Syscall call, long a, long b, long c, long d) {
        return invokeUninterrupted(call, a, b, c, d, 0, 0);
    }

    static long invokeUninterrupted(Syscall call, long a, long b, long c) {
        return invokeUninterrupted(call, a, b, c, 0, 0, 0);
    }

    /** sysconf(3) */
    static long sysconf(int name) {
        return call(symbol("sysconf"), name, 0, 0, 0, 0, 0);
    }

    /** Calls a function whose arguments are addresses and whole numbers; what it returns, and nothing of errno. */
    static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) CALL.invokeExact(function, arena.allocate(STATE), a, b, c, d, e, f, 0L);
        } catch (Throwable t) {
            throw new AssertionError("a function of the C library is linked wrongly", t);
        }
    }

    /** The address of a C string, or 0 for none. The arena must stay open for the call. */
    static long address(Arena arena, @Nullable String text) {
        return text == null ? 0 : arena.allocateFrom(text).address();
    }

    /** A function of the C library, for {@link #call}. */
    static MemorySegment symbol(String name) {
        return SYMBOLS.find(name).orElseThrow(() -> new AssertionError("libc has no \"" + name + "\""));
    }
}
