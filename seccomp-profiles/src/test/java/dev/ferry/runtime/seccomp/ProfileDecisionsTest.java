package dev.ferry.runtime.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.profiles.profile.KernelVersion;
import dev.ferry.profiles.profile.ProfileLibrary;
import dev.ferry.profiles.profile.ProfileTarget;
import dev.ferry.profiles.profile.SeccompProfile;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.LinuxSeccomp.Condition;
import dev.ferry.runtime.oci.LinuxSeccomp.Rule;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.testing.BpfMachine;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the kernel would decide, for every call of every covered architecture and at the edges of every condition, against what the
 * profile's text says.
 */
@Requires(Feature.LIBSECCOMP)
class ProfileDecisionsTest {
    private static final int ALLOW = 0x7fff_0000;
    private static final int ENOSYS = 0x0005_0026;
    private static final int CALLS = 600;
    private static final int X32_BIT = 0x4000_0000;
    private static final int AUDIT_X86_64 = 0xc000_003e;

    private static final Set<String> DEFAULT_CAPABILITIES = Set.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");

    private final Optional<LibSeccomp> library = LibSeccomp.load(Optional.empty());

    @ParameterizedTest
    @CsvSource({
        "default, '', 6.18",
        "default, CAP_SYS_ADMIN, 6.18",
        "default, CAP_SYS_PTRACE CAP_BPF CAP_PERFMON CAP_SYS_TIME, 6.18",
        "default, '', 4.4",
        "checkpoint, '', 6.18",
        "checkpoint, CAP_SYS_ADMIN, 6.18"
    })
    void everyCallOfEveryArchitecture(String profile, String capabilities, String kernel) throws Exception {
        LinuxSeccomp seccomp = resolve(profile, capabilities, kernel);
        SeccompFilter filter = new SeccompCompiler(library, Optional.empty()).compile(seccomp);
        BpfMachine machine = new BpfMachine(filter.program());
        int compared = 0;
        for (Architecture architecture : architectures(seccomp)) {
            Map<Integer, List<Rule>> rules = rulesByCall(seccomp, architecture);
            int highest =
                    rules.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
            for (int call = architecture.firstCall(); call < architecture.firstCall() + CALLS; call++) {
                if (architecture.isMultiplexed(call)) {
                    continue;
                }
                List<Rule> own = rules.getOrDefault(call, List.of());
                for (long[] arguments : trials(own, architecture)) {
                    assertThat(machine.run(architecture.audit(), call, arguments))
                            .as("%s call %d %s", architecture.name(), call, Arrays.toString(arguments))
                            .isEqualTo(decision(seccomp, own, call > highest, arguments));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(CALLS);
        assertThat(filter.instructions()).isLessThan(SeccompFilter.MAXIMUM_INSTRUCTIONS);
    }

    @Test
    void nothingIsSaidTwiceInDifferentWays() throws Exception {
        for (String profile : List.of("default", "checkpoint")) {
            LinuxSeccomp seccomp = resolve(profile, "", "6.18");
            Map<String, List<Rule>> byName = new HashMap<>();
            for (Rule rule : seccomp.syscalls()) {
                rule.names()
                        .forEach(name -> byName.computeIfAbsent(name, n -> new ArrayList<>())
                                .add(rule));
            }
            // what several rules allow is allowed; where they disagree each must have a condition
            byName.forEach((name, rules) -> {
                if (rules.stream().map(Rule::action).distinct().count() > 1) {
                    assertThat(rules).as(name).noneMatch(rule -> rule.args().isEmpty());
                }
            });
        }
    }

    @Test
    void whatCannotBeCheckpointedDoesNotExistInTheCheckpointProfile() throws Exception {
        LinuxSeccomp seccomp = resolve("checkpoint", "CAP_SYS_ADMIN CAP_BPF CAP_PERFMON", "6.18");
        BpfMachine machine = new BpfMachine(
                new SeccompCompiler(library, Optional.empty()).compile(seccomp).program());
        LibSeccomp names = library.orElseThrow();

        for (String call : List.of(
                "io_uring_setup",
                "memfd_secret",
                "mq_open",
                "userfaultfd",
                "perf_event_open",
                "bpf",
                "landlock_create_ruleset")) {
            if (names.call(call) >= 0) {
                assertThat(machine.run(names.nativeArch(), names.call(call)))
                        .as(call)
                        .isEqualTo(ENOSYS);
            }
        }
        int socket = names.call("socket");
        assertThat(machine.run(names.nativeArch(), socket, 2)).isEqualTo(ALLOW);
        assertThat(machine.run(names.nativeArch(), socket, 40)).isEqualTo(0x0005_0000 | 97);
        int seccompCall = names.call("seccomp");
        assertThat(machine.run(names.nativeArch(), seccompCall, 1, 0)).isEqualTo(ALLOW);
        assertThat(machine.run(names.nativeArch(), seccompCall, 1, 1)).isEqualTo(ALLOW);
        assertThat(machine.run(names.nativeArch(), seccompCall, 1, 9)).isEqualTo(0x0005_0000 | 22);
    }

    @Test
    void theDefaultAllowsWhatProgramsNeedAndForbidsWhatOpensTheHost() throws Exception {
        BpfMachine machine = new BpfMachine(new SeccompCompiler(library, Optional.empty())
                .compile(resolve("default", "", "6.18"))
                .program());
        LibSeccomp names = library.orElseThrow();
        int arch = names.nativeArch();

        for (String call : List.of("read", "execve", "openat", "futex", "exit_group", "chdir", "epoll_pwait", "rseq")) {
            assertThat(machine.run(arch, names.call(call))).as(call).isEqualTo(ALLOW);
        }
        for (String call :
                List.of("mount", "kexec_load", "init_module", "keyctl", "userfaultfd", "setns", "unshare", "bpf")) {
            assertThat(machine.run(arch, names.call(call))).as(call).isEqualTo(0x0005_0001);
        }
        // thread flags pass, a new namespace does not
        assertThat(machine.run(arch, names.call("clone"), 0x3d0f00)).isEqualTo(ALLOW);
        assertThat(machine.run(arch, names.call("clone"), 0x1000_0000)).isEqualTo(0x0005_0001);
        // the C library falls back to clone on this answer
        assertThat(machine.run(arch, names.call("clone3"))).isEqualTo(ENOSYS);
    }

    private record Architecture(String name, int library, int audit, int firstCall) {
        /** The library resolves these names of 32-bit x86 to numbers of its own and covers both ways to call them. */
        boolean isMultiplexed(int call) {
            return name.equals("X86")
                    && (call == 102
                            || call == 117
                            || call == 337
                            || call == 345
                            || (call >= 359 && call <= 373)
                            || (call >= 393 && call <= 402));
        }

        /** The kernel shows a 32-bit process's arguments with zeroes above; for x32 the library looks at the lower half only. */
        long argument(long value) {
            return Set.of("X86", "X32", "ARM").contains(name) ? value & 0xffff_ffffL : value;
        }
    }

    private List<Architecture> architectures(LinuxSeccomp seccomp) {
        LibSeccomp names = library.orElseThrow();
        var all = new ArrayList<Architecture>();
        for (LinuxSeccomp.Arch arch : seccomp.architectures()) {
            int number = names.arch(SeccompCompiler.libraryName(arch));
            boolean x32 = arch == LinuxSeccomp.Arch.X32;
            all.add(new Architecture(arch.name(), number, x32 ? AUDIT_X86_64 : number, x32 ? X32_BIT : 0));
        }
        assertThat(all).isNotEmpty();
        return all;
    }

    private Map<Integer, List<Rule>> rulesByCall(LinuxSeccomp seccomp, Architecture architecture) {
        var rules = new HashMap<Integer, List<Rule>>();
        for (Rule rule : seccomp.syscalls()) {
            for (String name : rule.names()) {
                int call = library.orElseThrow().call(architecture.library(), name);
                if (call >= 0) {
                    rules.computeIfAbsent(call, n -> new ArrayList<>()).add(rule);
                }
            }
        }
        return rules;
    }

    /** No argument at all, and for each condition what lies on it and on either side of it. */
    private static List<long[]> trials(List<Rule> rules, Architecture architecture) {
        var trials = new ArrayList<long[]>();
        trials.add(new long[6]);
        for (Rule rule : rules) {
            for (Condition condition : rule.args()) {
                var values = new TreeSet<>(List.of(
                        condition.value() - 1,
                        condition.value(),
                        condition.value() + 1,
                        condition.valueTwo(),
                        condition.value() | 0x1_0000_0000L,
                        condition.value() & -condition.value(),
                        ~condition.value(),
                        0x1_0000_0000L,
                        -1L));
                for (long value : values) {
                    long[] arguments = new long[6];
                    arguments[condition.index()] = architecture.argument(value);
                    trials.add(arguments);
                }
            }
        }
        return trials;
    }

    private static int decision(LinuxSeccomp seccomp, List<Rule> rules, boolean newer, long[] arguments) {
        if (newer) {
            return ENOSYS;
        }
        Set<Integer> decisions = new LinkedHashSet<>();
        for (Rule rule : rules) {
            if (rule.args().stream().allMatch(condition -> holds(condition, arguments[condition.index()]))) {
                decisions.add(SeccompCompiler.number(rule.action(), rule.errnoRet()));
            }
        }
        assertThat(decisions).as("rules that hold at once agree").hasSizeLessThanOrEqualTo(1);
        return decisions.stream()
                .findFirst()
                .orElse(SeccompCompiler.number(seccomp.defaultAction(), seccomp.defaultErrnoRet()));
    }

    private static boolean holds(Condition condition, long argument) {
        int order = Long.compareUnsigned(argument, condition.value());
        return switch (condition.op()) {
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case EQ -> order == 0;
            case GE -> order >= 0;
            case GT -> order > 0;
            case MASKED_EQ -> (argument & condition.value()) == condition.valueTwo();
        };
    }

    private LinuxSeccomp resolve(String name, String more, String kernel) throws Exception {
        SeccompProfile profile = ProfileLibrary.named(name).orElseThrow();
        var capabilities = new LinkedHashSet<>(DEFAULT_CAPABILITIES);
        if (!more.isEmpty()) {
            capabilities.addAll(List.of(more.split(" ", -1)));
        }
        return OciJson.readSeccomp(profile.resolve(ProfileTarget.here(capabilities, KernelVersion.of(kernel)))
                .toJson());
    }
}
