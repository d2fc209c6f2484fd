package dev.ferry.runtime.seccomp;

import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.LinuxSeccomp.Action;
import dev.ferry.runtime.oci.LinuxSeccomp.Arch;
import dev.ferry.runtime.oci.LinuxSeccomp.Condition;
import dev.ferry.runtime.oci.LinuxSeccomp.Flag;
import dev.ferry.runtime.oci.LinuxSeccomp.Rule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the kernel's program of a filter.
 *
 * <p>Making one costs more than everything else of a container's start (20 ms for docker's profile on three architectures), so every
 * program is kept: in memory for the life of the engine, and in a directory beyond it.
 *
 * <p>Three things are decided here and not by the library. Names that it does not know are left out and counted
 * ({@link SeccompFilter#unknownCalls}): the default action holds for them. A rule that does what the default does anyway is left out.
 * And where the default is an error, a call that is <em>newer than every call the filter names</em> fails with ENOSYS instead, since
 * programs fall back to older calls on that and not on EPERM; runc does the same.
 */
public final class SeccompCompiler {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    /** The bit that marks a call of x32, which shares its architecture number with x86_64. */
    private static final int X32_BIT = 0x4000_0000;

    /** msgctl(2), the last of the calls that 32-bit x86 and s390 once had behind ipc(2); since Linux 5.1. */
    private static final int LAST_MULTIPLEXED = 402;

    private final Optional<LibSeccomp> library;
    private final Optional<FilterCache> disk;
    /** By description: cheaper to compare than the records. */
    private final Map<String, SeccompFilter> memory = new ConcurrentHashMap<>();

    SeccompCompiler(Optional<LibSeccomp> library, Optional<FilterCache> disk) {
        this.library = library;
        this.disk = disk;
    }

    /**
     * A compiler that uses the host's libseccomp, or the one in Ferry's own tools.
     *
     * @param tools Ferry's own tools; {@code lib/libseccomp.so.2} below it is looked for second
     * @param cache where programs are kept; made when it is missing, and only its owner may write there
     */
    public static SeccompCompiler ofHost(Optional<Path> tools, Optional<Path> cache) {
        Optional<LibSeccomp> library = LibSeccomp.load(tools);
        return new SeccompCompiler(
                library,
                library.flatMap(found -> cache.map(directory ->
                        new FilterCache(directory, found.version() + "-" + Integer.toHexString(found.nativeArch())))));
    }

    private static final String HANDS_OVER = "sendmsg";

    /** The version of the library, {@code 2.5.4}; empty when this host has none and no container can have a filter. */
    public Optional<String> libraryVersion() {
        return library.map(LibSeccomp::version);
    }

    /**
     * The program of a filter, made now or before.
     *
     * @throws SeccompUnavailable when there is no libseccomp
     * @throws SeccompRefused when the description asks for something that no filter can do, or for a listener
     */
    public SeccompFilter compile(LinuxSeccomp seccomp) throws SeccompException {
        if (seccomp.listenerPath() != null || seccomp.notifies()) {
            throw new SeccompRefused(
                    "the filter hands calls to a listener (SCMP_ACT_NOTIFY), which Ferry's engine does not offer; use another"
                            + " action");
        }
        return compiled(seccomp);
    }

    /**
     * The same for whoever takes the listener to its socket: a filter that hands calls to one has SECCOMP_FILTER_FLAG_NEW_LISTENER among its
     * flags.
     */
    public SeccompFilter compileListened(LinuxSeccomp seccomp) throws SeccompException {
        if (!seccomp.notifies()) {
            return compiled(seccomp);
        }
        if (seccomp.listenerPath() == null || seccomp.listenerPath().isEmpty()) {
            throw new SeccompRefused("SCMP_ACT_NOTIFY hands calls to nobody; name a socket in listenerPath");
        }
        if (seccomp.notifies(HANDS_OVER)) {
            throw new SeccompRefused(
                    "SCMP_ACT_NOTIFY cannot be had for \"%s\", by which the listener itself is handed over; use another action"
                            .formatted(HANDS_OVER));
        }
        SeccompFilter filter = compiled(seccomp);
        return new SeccompFilter(filter.program(), filter.flags() | SeccompFilter.NEW_LISTENER, filter.unknownCalls());
    }

    private SeccompFilter compiled(LinuxSeccomp seccomp) throws SeccompException {
        String description = FilterCache.description(seccomp);
        @Nullable SeccompFilter known = memory.get(description);
        if (known != null) {
            return known;
        }
        LibSeccomp found = library.orElseThrow(() -> new SeccompUnavailable(
                "no filter can be made: \"%s\" is missing; install the package libseccomp2 or run the container with seccomp=unconfined"
                        .formatted(LibSeccomp.SONAME)));
        Optional<SeccompFilter> kept = disk.flatMap(cache -> cache.read(description));
        SeccompFilter filter;
        if (kept.isPresent()) {
            filter = kept.get();
        } else {
            filter = make(seccomp, found);
            disk.ifPresent(cache -> cache.write(description, filter));
        }
        memory.put(description, filter);
        return filter;
    }

    private static SeccompFilter make(LinuxSeccomp seccomp, LibSeccomp library) throws SeccompException {
        int defaultAction = number(seccomp.defaultAction(), seccomp.defaultErrnoRet());
        Map<String, Integer> arches = arches(seccomp, library);
        var unknown = new LinkedHashSet<String>();
        try (LibSeccomp.Draft draft = library.draft(defaultAction)) {
            for (Map.Entry<String, Integer> arch : arches.entrySet()) {
                draft.addArch(arch.getValue(), arch.getKey());
            }
            draft.optimize();
            for (Rule rule : seccomp.syscalls()) {
                int action = number(rule.action(), rule.errnoRet());
                if (action == defaultAction) {
                    continue;
                }
                for (String name : rule.names()) {
                    int call = library.call(name);
                    if (call == LibSeccomp.UNKNOWN_CALL) {
                        unknown.add(name);
                        continue;
                    }
                    for (List<LibSeccomp.Comparison> alternative : alternatives(rule.args())) {
                        draft.addRule(action, call, name, alternative);
                    }
                }
            }
            byte[] program = draft.export();
            if (failsByDefault(seccomp)) {
                program = concat(newerCalls(seccomp, arches, library), program);
            }
            if (program.length > SeccompFilter.MAXIMUM_INSTRUCTIONS * SeccompFilter.INSTRUCTION_BYTES) {
                throw new SeccompRefused(
                        "the filter needs %d instructions and the kernel takes 4096; name fewer architectures or fewer conditions"
                                .formatted(program.length / SeccompFilter.INSTRUCTION_BYTES));
            }
            int flags = seccomp.flags().stream().mapToInt(Flag::bit).reduce(0, (a, b) -> a | b);
            return new SeccompFilter(program, flags, List.copyOf(unknown));
        } catch (IOException e) {
            throw new SeccompRefused("the filter could not be read back from libseccomp: " + e.getMessage());
        }
    }

    /** The native architecture and those of the description; one that this library does not know keeps what it has: no call at all. */
    private static Map<String, Integer> arches(LinuxSeccomp seccomp, LibSeccomp library) {
        var arches = new LinkedHashMap<String, Integer>();
        arches.put("native", library.nativeArch());
        for (Arch arch : seccomp.architectures()) {
            String name = libraryName(arch);
            int number = library.arch(name);
            if (number != 0 && !arches.containsValue(number)) {
                arches.put(name, number);
            }
        }
        return arches;
    }

    /** seccomp_arch_resolve_name(3) */
    static String libraryName(Arch arch) {
        return arch.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The library takes one condition for each argument. A rule that has two for the same one means either of them, as runc and docker
     * read it, and becomes a rule for each condition.
     */
    private static List<List<LibSeccomp.Comparison>> alternatives(List<Condition> conditions) {
        List<LibSeccomp.Comparison> all =
                conditions.stream().map(SeccompCompiler::comparison).toList();
        Set<Integer> arguments = new LinkedHashSet<>();
        boolean twice = conditions.stream().anyMatch(condition -> !arguments.add(condition.index()));
        return twice ? all.stream().map(List::of).toList() : List.of(all);
    }

    private static LibSeccomp.Comparison comparison(Condition condition) {
        int operator = switch (condition.op()) {
            case NE -> 1;
            case LT -> 2;
            case LE -> 3;
            case EQ -> 4;
            case GE -> 5;
            case GT -> 6;
            case MASKED_EQ -> 7;
        };
        return new LibSeccomp.Comparison(condition.index(), operator, condition.value(), condition.valueTwo());
    }

    /** SECCOMP_RET_* with its data. */
    static int number(Action action, @Nullable Integer errno) {
        int data = (errno == null ? EPERM : errno) & 0xffff;
        return switch (action) {
            case KILL, KILL_THREAD -> 0;
            case KILL_PROCESS -> 0x8000_0000;
            case TRAP -> 0x0003_0000;
            case ERRNO -> 0x0005_0000 | data;
            case TRACE -> 0x7ff0_0000 | data;
            case LOG -> 0x7ffc_0000;
            case ALLOW -> 0x7fff_0000;
            case NOTIFY -> 0x7fc0_0000;
        };
    }

    /** Whether the answer to a call that nobody named is an error that would mislead a program. */
    private static boolean failsByDefault(LinuxSeccomp seccomp) {
        Integer errno = seccomp.defaultErrnoRet();
        return seccomp.defaultAction() == Action.ERRNO && (errno == null || errno == EPERM);
    }

    /**
     * The prologue that answers ENOSYS to calls above the highest number that the filter names on that architecture:
     *
     * <pre>
     *     load arch
     *     if arch != A: skip 3          (for each architecture, x86_64 and x32 together)
     *     load call
     *     if call &gt; highest of A: return ENOSYS
     *     (on to the filter)
     * </pre>
     */
    private static byte[] newerCalls(LinuxSeccomp seccomp, Map<String, Integer> arches, LibSeccomp library) {
        var program = new ArrayList<Bpf>();
        int x64 = library.arch("x86_64");
        int x32 = library.arch("x32");
        for (int arch : arches.values()) {
            if (arch == x32) {
                continue; // comes with x86_64: the kernel gives both the same number
            }
            int highest = highest(seccomp, arch, library);
            if (highest < 0) {
                continue;
            }
            boolean withX32 = arch == x64 && arches.containsValue(x32);
            var block = new ArrayList<Bpf>();
            block.add(new Bpf(Bpf.LOAD_WORD, 0, 0, Bpf.OFFSET_CALL));
            if (arch == x64) {
                int highestX32 = withX32 ? highest(seccomp, x32, library) : -1;
                // x32 calls that are not covered are left to the filter, which ends the process
                block.add(new Bpf(Bpf.JUMP_GREATER_EQUAL, highestX32 < 0 ? 2 : 1, 0, X32_BIT));
                block.add(new Bpf(Bpf.JUMP_GREATER, highestX32 < 0 ? 0 : 1, highestX32 < 0 ? 1 : 2, highest));
                if (highestX32 >= 0) {
                    block.add(new Bpf(Bpf.JUMP_GREATER, 0, 1, highestX32));
                }
            } else {
                block.add(new Bpf(Bpf.JUMP_GREATER, 0, 1, highest));
            }
            block.add(new Bpf(Bpf.RETURN, 0, 0, number(Action.ERRNO, ENOSYS)));
            program.add(new Bpf(Bpf.LOAD_WORD, 0, 0, Bpf.OFFSET_ARCH));
            program.add(new Bpf(Bpf.JUMP_EQUAL, 0, block.size(), arch));
            program.addAll(block);
        }
        return Bpf.assemble(program);
    }

    /**
     * The highest number that the filter names. The library has numbers of its own, below -1, for calls that an architecture made
     * through socketcall(2) and ipc(2) before it got them one by one; it covers both ways, and so the last of those counts then.
     */
    private static int highest(LinuxSeccomp seccomp, int arch, LibSeccomp library) {
        return seccomp.syscalls().stream()
                .flatMapToInt(rule -> rule.names().stream().mapToInt(name -> library.call(arch, name)))
                .map(call -> call < LibSeccomp.UNKNOWN_CALL ? LAST_MULTIPLEXED : call)
                .max()
                .orElse(LibSeccomp.UNKNOWN_CALL);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
