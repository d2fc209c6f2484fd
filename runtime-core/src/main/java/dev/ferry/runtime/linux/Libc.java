package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The only class that links the C library.
 *
 * <p>Nearly all calls go through one function, syscall(2): its arguments are machine words, so there is no place for a four
 * byte parameter to be declared with eight; calls that older C libraries have no name for (open_tree, pidfd_getfd) need no
 * special treatment; and a fresh JVM links one handle instead of sixty, about a millisecond each. posix_spawn(3) is linked by
 * its own names, since the dance around vfork is the C library's.
 *
 * <p>errno belongs to one call: it is captured in the arena of that call and never shared between threads.
 */
@SuppressWarnings("restricted")
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Architecture HOST = Architecture.host();

    /** {@code long syscall(long number, ...)}: variadic from the second argument on. syscall(2) */
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            symbol("syscall"),
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));

    /** {@code long sysconf(int name)}. sysconf(3) */
    private static final MethodHandle SYSCONF =
            LINKER.downcallHandle(symbol("sysconf"), FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    private Libc() {}

    /** Does a system call and answers as the kernel does: the result, or minus the error number. */
    static long invoke(Syscall call, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) SYSCALL.invokeExact(state, (long) HOST.numberOf(call), a, b, c, d, e, f);
            return result == -1 ? -(long) (int) ERRNO.get(state, 0L) : result;
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

    static long sysconf(int name) {
        try {
            return (long) SYSCONF.invokeExact(name);
        } catch (Throwable t) {
            throw new AssertionError("sysconf(3) is linked wrongly", t);
        }
    }

    /** A function of the C library that answers with an error number, all arguments addresses or words. */
    static MethodHandle link(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(symbol(name), descriptor);
    }

    /** The address of a C string, or 0 for none. The arena must stay open for the call. */
    static long address(Arena arena, @Nullable String text) {
        return text == null ? 0 : arena.allocateFrom(text).address();
    }

    private static MemorySegment symbol(String name) {
        return SYMBOLS.find(name).orElseThrow(() -> new AssertionError("libc has no \"" + name + "\""));
    }
}
