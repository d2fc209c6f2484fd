package dev.ferry.runtime.seccomp;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * libseccomp, bound symbol by symbol: the only class that links it. seccomp_init(3) and its neighbours
 *
 * <p>The library turns names into numbers for each architecture, splits 64-bit comparisons and lays the filter out as a binary tree:
 * knowledge of every kernel and every architecture that is better kept there than here. Nothing is loaded into a process by it.
 */
@SuppressWarnings("restricted")
final class LibSeccomp {
    static final String SONAME = "libseccomp.so.2";

    /** What seccomp_syscall_resolve_name(3) says for a name that it does not know. */
    static final int UNKNOWN_CALL = -1;

    /** Lays the calls out as a tree instead of a list: a tenth of the comparisons. seccomp_attr_set(3), since 2.5 */
    private static final int ATTRIBUTE_OPTIMIZE = 8;

    private static final int OPTIMIZE_TREE = 2;

    private static final int EEXIST = 17;

    /** A program that is longer than this, eight times what the kernel takes, is cut off and refused all the same. */
    private static final int MOST_BYTES = 8 * SeccompFilter.MAXIMUM_INSTRUCTIONS * SeccompFilter.INSTRUCTION_BYTES;

    /** {@code struct scmp_arg_cmp {unsigned int arg; enum scmp_compare op; uint64_t datum_a, datum_b;}} */
    private static final MemoryLayout ARGUMENT = MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("arg"),
            ValueLayout.JAVA_INT.withName("op"),
            ValueLayout.JAVA_LONG.withName("datum_a"),
            ValueLayout.JAVA_LONG.withName("datum_b"));

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final String version;
    private final MethodHandle init;
    private final MethodHandle release;
    private final MethodHandle archNative;
    private final MethodHandle archResolveName;
    private final MethodHandle archAdd;
    private final MethodHandle attrSet;
    private final MethodHandle resolveName;
    private final MethodHandle resolveNameArch;
    private final MethodHandle ruleAdd;
    private final MethodHandle exportBpf;

    private LibSeccomp(Binder binder) {
        init = binder.bind("seccomp_init", FunctionDescriptor.of(POINTER, INT));
        release = binder.bind("seccomp_release", FunctionDescriptor.ofVoid(POINTER));
        archNative = binder.bind("seccomp_arch_native", FunctionDescriptor.of(INT));
        archResolveName = binder.bind("seccomp_arch_resolve_name", FunctionDescriptor.of(INT, POINTER));
        archAdd = binder.bind("seccomp_arch_add", FunctionDescriptor.of(INT, POINTER, INT));
        attrSet = binder.bind("seccomp_attr_set", FunctionDescriptor.of(INT, POINTER, INT, INT));
        resolveName = binder.bind("seccomp_syscall_resolve_name", FunctionDescriptor.of(INT, POINTER));
        resolveNameArch = binder.bind("seccomp_syscall_resolve_name_arch", FunctionDescriptor.of(INT, INT, POINTER));
        ruleAdd = binder.bind("seccomp_rule_add_array", FunctionDescriptor.of(INT, POINTER, INT, INT, INT, POINTER));
        exportBpf = binder.bind("seccomp_export_bpf", FunctionDescriptor.of(INT, POINTER, INT));
        version = versionOf(binder.bind(
                "seccomp_version",
                FunctionDescriptor.of(POINTER.withTargetLayout(MemoryLayout.sequenceLayout(3, ValueLayout.JAVA_INT)))));
    }

    /**
     * The library of this host, or else the one in Ferry's own tools.
     *
     * @param tools the directory whose {@code lib} is looked into second
     * @return empty when neither has one with all the symbols needed
     */
    static Optional<LibSeccomp> load(Optional<Path> tools) {
        return lookup(SONAME)
                .or(() -> tools.map(directory -> directory.resolve("lib").resolve(SONAME))
                        .filter(Files::isRegularFile)
                        .flatMap(file -> lookup(file.toString())));
    }

    private static Optional<LibSeccomp> lookup(String name) {
        try {
            // for the life of the JVM: there is one library, and compiled code keeps its addresses
            SymbolLookup symbols = SymbolLookup.libraryLookup(name, Arena.global());
            return Optional.of(new LibSeccomp(new Binder(symbols)));
        } catch (IllegalArgumentException | MissingSymbol e) {
            return Optional.empty();
        }
    }

    /** {@code 2.5.4}. */
    String version() {
        return version;
    }

    /** The architecture of this machine as an AUDIT_ARCH_* number. */
    int nativeArch() {
        try {
            return (int) archNative.invokeExact();
        } catch (Throwable t) {
            throw wrong("seccomp_arch_native", t);
        }
    }

    /** The AUDIT_ARCH_* number of {@code x86_64}, {@code aarch64} and so on; 0 when this version does not know it. */
    int arch(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) archResolveName.invokeExact(arena.allocateFrom(name));
        } catch (Throwable t) {
            throw wrong("seccomp_arch_resolve_name", t);
        }
    }

    /**
     * A call's number here; {@link #UNKNOWN_CALL} when the library does not know the name, and a number below that for a call that
     * other architectures have.
     */
    int call(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) resolveName.invokeExact(arena.allocateFrom(name));
        } catch (Throwable t) {
            throw wrong("seccomp_syscall_resolve_name", t);
        }
    }

    /** A call's number on an architecture; negative when it has none. */
    int call(int arch, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) resolveNameArch.invokeExact(arch, arena.allocateFrom(name));
        } catch (Throwable t) {
            throw wrong("seccomp_syscall_resolve_name_arch", t);
        }
    }

    /** An empty filter. */
    Draft draft(int defaultAction) throws SeccompRefused {
        try {
            MemorySegment context = (MemorySegment) init.invokeExact(defaultAction);
            if (context.equals(MemorySegment.NULL)) {
                throw new SeccompRefused("libseccomp does not take %#x as the default action".formatted(defaultAction));
            }
            return new Draft(context);
        } catch (SeccompRefused e) {
            throw e;
        } catch (Throwable t) {
            throw wrong("seccomp_init", t);
        }
    }

    /** A filter in the making; confined to one thread. */
    final class Draft implements AutoCloseable {
        private final MemorySegment context;

        private Draft(MemorySegment context) {
            this.context = context;
        }

        /** Covers a further architecture; one that is covered already is no error. */
        void addArch(int arch, String name) throws SeccompRefused {
            int rc;
            try {
                rc = (int) archAdd.invokeExact(context, arch);
            } catch (Throwable t) {
                throw wrong("seccomp_arch_add", t);
            }
            if (rc < 0 && rc != -EEXIST) {
                throw new SeccompRefused(
                        "libseccomp cannot add the architecture \"%s\" to the filter (error %d); remove it from \"architectures\""
                                .formatted(name, -rc));
            }
        }

        /** Asks for the binary tree; versions before 2.5 make a list, which decides alike. */
        void optimize() {
            try {
                int ignored = (int) attrSet.invokeExact(context, ATTRIBUTE_OPTIMIZE, OPTIMIZE_TREE);
                assert ignored <= 0;
            } catch (Throwable t) {
                throw wrong("seccomp_attr_set", t);
            }
        }

        /** Adds a rule for one call under conditions that must all hold. */
        void addRule(int action, int call, String name, List<Comparison> comparisons) throws SeccompRefused {
            int rc;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment arguments = arena.allocate(ARGUMENT, Math.max(1, comparisons.size()));
                for (int i = 0; i < comparisons.size(); i++) {
                    Comparison comparison = comparisons.get(i);
                    long at = i * ARGUMENT.byteSize();
                    arguments.set(ValueLayout.JAVA_INT, at, comparison.argument());
                    arguments.set(ValueLayout.JAVA_INT, at + 4, comparison.operator());
                    arguments.set(ValueLayout.JAVA_LONG, at + 8, comparison.first());
                    arguments.set(ValueLayout.JAVA_LONG, at + 16, comparison.second());
                }
                rc = (int) ruleAdd.invokeExact(context, action, call, comparisons.size(), arguments);
            } catch (Throwable t) {
                throw wrong("seccomp_rule_add_array", t);
            }
            if (rc < 0) {
                throw new SeccompRefused(
                        "libseccomp %s does not take the rule for \"%s\" (error %d); check its action and its arguments"
                                .formatted(version, name, -rc));
            }
        }

        /** The program. The library writes to a descriptor only (to memory since 2.6), so it gets a file without a name. */
        byte[] export() throws SeccompRefused, IOException {
            int rc;
            byte[] program;
            try (Fd file = MemFd.create("seccomp")) {
                rc = (int) exportBpf.invokeExact(context, file.number());
                program = OpenFiles.readAt(file, 0, MOST_BYTES);
            } catch (IOException e) {
                throw e;
            } catch (Throwable t) {
                throw wrong("seccomp_export_bpf", t);
            }
            if (rc < 0) {
                throw new SeccompRefused(
                        "libseccomp %s cannot make a program of the filter (error %d); name fewer calls or architectures"
                                .formatted(version, -rc));
            }
            return program;
        }

        @Override
        public void close() {
            try {
                release.invokeExact(context);
            } catch (Throwable t) {
                throw wrong("seccomp_release", t);
            }
        }
    }

    /**
     * A condition as the library wants it.
     *
     * @param operator enum scmp_compare: 1 not equal, 2 less, 3 less or equal, 4 equal, 5 greater or equal, 6 greater, 7 masked equal
     */
    record Comparison(int argument, int operator, long first, long second) {}

    private static String versionOf(MethodHandle handle) {
        try {
            MemorySegment numbers = (MemorySegment) handle.invokeExact();
            return "%d.%d.%d"
                    .formatted(
                            numbers.getAtIndex(ValueLayout.JAVA_INT, 0),
                            numbers.getAtIndex(ValueLayout.JAVA_INT, 1),
                            numbers.getAtIndex(ValueLayout.JAVA_INT, 2));
        } catch (Throwable t) {
            throw wrong("seccomp_version", t);
        }
    }

    private static AssertionError wrong(String symbol, Throwable t) {
        return new AssertionError(symbol + "(3) is linked wrongly", t);
    }

    /** Finds symbols of one library. */
    private record Binder(SymbolLookup symbols) {
        MethodHandle bind(String symbol, FunctionDescriptor descriptor) {
            MemorySegment address = symbols.find(symbol).orElseThrow(() -> new MissingSymbol(symbol));
            return Linker.nativeLinker().downcallHandle(address, descriptor);
        }
    }

    private static final class MissingSymbol extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingSymbol(String symbol) {
            super(symbol);
        }
    }
}
