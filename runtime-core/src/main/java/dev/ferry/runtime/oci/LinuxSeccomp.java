package dev.ferry.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls the container may make. config-linux.md, "Seccomp".
 *
 * @param defaultAction what happens to calls that no rule names
 * @param defaultErrnoRet errno of the default action when that is {@link Action#ERRNO}; null for EPERM
 * @param architectures further architectures that the filter covers; the native one is always covered
 * @param syscalls when several rules match a call the filter takes the most restrictive action
 */
public record LinuxSeccomp(
        Action defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<Arch> architectures,
        List<Flag> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        List<Rule> syscalls) {

    public LinuxSeccomp {
        Required.present("linux.seccomp.defaultAction", defaultAction);
        architectures = Required.list(architectures);
        flags = Required.list(flags);
        syscalls = Required.list(syscalls);
    }

    /** Whether any call is handed to a listener. */
    public boolean notifies() {
        return defaultAction == Action.NOTIFY || syscalls.stream().anyMatch(rule -> rule.action() == Action.NOTIFY);
    }

    /** Whether that call is. */
    public boolean notifies(String call) {
        return syscalls.stream()
                .filter(rule -> rule.names().contains(call))
                .findFirst()
                .map(rule -> rule.action() == Action.NOTIFY)
                .orElse(defaultAction == Action.NOTIFY);
    }

    /** What happens to a call. seccomp(2) */
    public enum Action {
        @JsonProperty("SCMP_ACT_KILL")
        KILL,
        @JsonProperty("SCMP_ACT_KILL_PROCESS")
        KILL_PROCESS,
        @JsonProperty("SCMP_ACT_KILL_THREAD")
        KILL_THREAD,
        @JsonProperty("SCMP_ACT_TRAP")
        TRAP,
        @JsonProperty("SCMP_ACT_ERRNO")
        ERRNO,
        @JsonProperty("SCMP_ACT_TRACE")
        TRACE,
        @JsonProperty("SCMP_ACT_ALLOW")
        ALLOW,
        @JsonProperty("SCMP_ACT_LOG")
        LOG,
        @JsonProperty("SCMP_ACT_NOTIFY")
        NOTIFY
    }

    /** A calling convention. */
    public enum Arch {
        @JsonProperty("SCMP_ARCH_X86")
        X86,
        @JsonProperty("SCMP_ARCH_X86_64")
        X86_64,
        @JsonProperty("SCMP_ARCH_X32")
        X32,
        @JsonProperty("SCMP_ARCH_ARM")
        ARM,
        @JsonProperty("SCMP_ARCH_AARCH64")
        AARCH64,
        @JsonProperty("SCMP_ARCH_LOONGARCH64")
        LOONGARCH64,
        @JsonProperty("SCMP_ARCH_M68K")
        M68K,
        @JsonProperty("SCMP_ARCH_MIPS")
        MIPS,
        @JsonProperty("SCMP_ARCH_MIPS64")
        MIPS64,
        @JsonProperty("SCMP_ARCH_MIPS64N32")
        MIPS64N32,
        @JsonProperty("SCMP_ARCH_MIPSEL")
        MIPSEL,
        @JsonProperty("SCMP_ARCH_MIPSEL64")
        MIPSEL64,
        @JsonProperty("SCMP_ARCH_MIPSEL64N32")
        MIPSEL64N32,
        @JsonProperty("SCMP_ARCH_PPC")
        PPC,
        @JsonProperty("SCMP_ARCH_PPC64")
        PPC64,
        @JsonProperty("SCMP_ARCH_PPC64LE")
        PPC64LE,
        @JsonProperty("SCMP_ARCH_S390")
        S390,
        @JsonProperty("SCMP_ARCH_S390X")
        S390X,
        @JsonProperty("SCMP_ARCH_SH")
        SH,
        @JsonProperty("SCMP_ARCH_SHEB")
        SHEB,
        @JsonProperty("SCMP_ARCH_PARISC")
        PARISC,
        @JsonProperty("SCMP_ARCH_PARISC64")
        PARISC64,
        @JsonProperty("SCMP_ARCH_RISCV64")
        RISCV64
    }

    /** How the kernel treats the filter as a whole. seccomp(2), SECCOMP_SET_MODE_FILTER */
    public enum Flag {
        @JsonProperty("SECCOMP_FILTER_FLAG_TSYNC")
        TSYNC(1),
        @JsonProperty("SECCOMP_FILTER_FLAG_LOG")
        LOG(1 << 1),
        @JsonProperty("SECCOMP_FILTER_FLAG_SPEC_ALLOW")
        SPEC_ALLOW(1 << 2),
        @JsonProperty("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")
        WAIT_KILLABLE_RECV(1 << 5);

        private final int bit;

        Flag(int bit) {
            this.bit = bit;
        }

        /** The bit in the flags argument of seccomp(2). */
        public int bit() {
            return bit;
        }
    }

    /**
     * What happens to the named calls when all conditions hold.
     *
     * @param errnoRet errno (or the tracer's data) of the action; null for EPERM
     */
    public record Rule(
            List<String> names, Action action, @Nullable Integer errnoRet, List<Condition> args) {

        public Rule {
            names = Required.list(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException(
                        "linux.seccomp.syscalls[].names is empty; a rule must name at least one system call");
            }
            Required.present("linux.seccomp.syscalls[].action", action);
            args = Required.list(args);
        }

        /** A rule without conditions. */
        public static Rule of(Action action, List<String> names) {
            return new Rule(names, action, null, List.of());
        }
    }

    /**
     * A condition on one argument, compared as an unsigned 64-bit number.
     *
     * @param index 0 to 5
     * @param value what to compare with; for {@link Operator#MASKED_EQ} the mask
     * @param valueTwo for {@link Operator#MASKED_EQ} what the masked argument must equal
     */
    public record Condition(
            int index,
            @Uint64 long value,

            @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Uint64
            long valueTwo,

            Operator op) {

        public Condition {
            if (index < 0 || index > 5) {
                throw new IllegalArgumentException(
                        "linux.seccomp.syscalls[].args[].index is %d; a system call has the arguments 0 to 5"
                                .formatted(index));
            }
            Required.present("linux.seccomp.syscalls[].args[].op", op);
        }
    }

    /** A comparison. */
    public enum Operator {
        @JsonProperty("SCMP_CMP_NE")
        NE,
        @JsonProperty("SCMP_CMP_LT")
        LT,
        @JsonProperty("SCMP_CMP_LE")
        LE,
        @JsonProperty("SCMP_CMP_EQ")
        EQ,
        @JsonProperty("SCMP_CMP_GE")
        GE,
        @JsonProperty("SCMP_CMP_GT")
        GT,
        @JsonProperty("SCMP_CMP_MASKED_EQ")
        MASKED_EQ
    }
}
