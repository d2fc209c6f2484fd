package dev.ferry.runtime.seccomp;

import dev.ferry.runtime.linux.CFunction;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
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
    private static final long ARGUMENT_BYTES = 24;

    private static final long VERSION_BYTES = 3L * Integer.BYTES;

    private final String version;
    private final CFunction init;
    private final CFunction release;
    private final CFunction archNative;
    private final CFunction archResolveName;
    private final CFunction archAdd;
    private final CFunction attrSet;
    private final CFunction resolveName;
    private final CFunction resolveNameArch;
    private final CFunction ruleAdd;
    private final CFunction exportBpf;

    private LibSeccomp(Binder binder) {
        init = binder.bind("seccomp_init");
        release = binder.bind("seccomp_release");
        archNative = binder.bind("seccomp_arch_native");
        archResolveName = binder.bind("seccomp_arch_resolve_name");
        archAdd = binder.bind("seccomp_arch_add");
        attrSet = binder.bind("seccomp_attr_set");
        resolveName = binder.bind("seccomp_syscall_resolve_name");
        resolveNameArch = binder.bind("seccomp_syscall_resolve_name_arch");
        ruleAdd = binder.bind("seccomp_rule_add_array");
        exportBpf = binder.bind("seccomp_export_bpf");
        version = versionOf(binder.bind("seccomp_version"));
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
        return (int) archNative.call();
    }

    /** The AUDIT_ARCH_* number of {@code x86_64}, {@code aarch64} and so on; 0 when this version does not know it. */
    int arch(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) archResolveName.call(arena.allocateFrom(name).address());
        }
    }

    /**
     * A call's number here; {@link #UNKNOWN_CALL} when the library does not know the name, and a number below that for a call that
     * other architectures have.
     */
    int call(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) resolveName.call(arena.allocateFrom(name).address());
        }
    }

    /** A call's number on an architecture; negative when it has none. */
    int call(int arch, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) resolveNameArch.call(arch, arena.allocateFrom(name).address());
        }
    }

    /** An empty filter. */
    Draft draft(int defaultAction) throws SeccompRefused {
        long context = init.call(defaultAction);
        if (context == 0) {
            throw new SeccompRefused("libseccomp does not take %#x as the default action".formatted(defaultAction));
        }
        return new Draft(context);
    }

    /** A filter in the making; confined to one thread. */
    final class Draft implements AutoCloseable {
        private final long context;

        private Draft(long context) {
            this.context = context;
        }

        /** Covers a further architecture; one that is covered already is no error. */
        void addArch(int arch, String name) throws SeccompRefused {
            int rc = (int) archAdd.call(context, arch);
            if (rc < 0 && rc != -EEXIST) {
                throw new SeccompRefused(
                        "libseccomp cannot add the architecture \"%s\" to the filter (error %d); remove it from \"architectures\""
                                .formatted(name, -rc));
            }
        }

        /** Asks for the binary tree; versions before 2.5 make a list, which decides alike. */
        void optimize() {
            int ignored = (int) attrSet.call(context, ATTRIBUTE_OPTIMIZE, OPTIMIZE_TREE);
            assert ignored <= 0;
        }

        /** Adds a rule for one call under conditions that must all hold. */
        void addRule(int action, int call, String name, List<Comparison> comparisons) throws SeccompRefused {
            int rc;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment arguments = arena.allocate(ARGUMENT_BYTES * Math.max(1, comparisons.size()), Long.BYTES);
                for (int i = 0; i < comparisons.size(); i++) {
                    Comparison comparison = comparisons.get(i);
                    long at = i * ARGUMENT_BYTES;
                    arguments.set(ValueLayout.JAVA_INT, at, comparison.argument());
                    arguments.set(ValueLayout.JAVA_INT, at + 4, comparison.operator());
                    arguments.set(ValueLayout.JAVA_LONG, at + 8, comparison.first());
                    arguments.set(ValueLayout.JAVA_LONG, at + 16, comparison.second());
                }
                rc = (int) ruleAdd.call(context, action, call, comparisons.size(), arguments.address());
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
                rc = (int) exportBpf.call(context, file.number());
                program = OpenFiles.readAt(file, 0, MOST_BYTES);
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
            release.call(context);
        }
    }

    /**
     * A condition as the library wants it.
     *
     * @param operator enum scmp_compare: 1 not equal, 2 less, 3 less or equal, 4 equal, 5 greater or equal, 6 greater, 7 masked equal
     */
    record Comparison(int argument, int operator, long first, long second) {}

    private static String versionOf(CFunction function) {
        MemorySegment numbers = MemorySegment.ofAddress(function.call()).reinterpret(VERSION_BYTES);
        return numbers.get(ValueLayout.JAVA_INT, 0)
                + "."
                + numbers.get(ValueLayout.JAVA_INT, Integer.BYTES)
                + "."
                + numbers.get(ValueLayout.JAVA_INT, 2 * Integer.BYTES);
    }

    /** Finds symbols of one library. */
    private record Binder(SymbolLookup symbols) {
        CFunction bind(String symbol) {
            return new CFunction(symbol, symbols.find(symbol).orElseThrow(() -> new MissingSymbol(symbol)));
        }
    }

    private static final class MissingSymbol extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingSymbol(String symbol) {
            super(symbol);
        }
    }
}
