package dev.ferry.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The program of the container and what it may do. config.md, "Process".
 *
 * @param consoleSize initial size of the terminal; only read when {@code terminal} is true
 * @param args at least one entry once the container is started
 * @param env {@code NAME=value}
 * @param cwd absolute path inside the container
 * @param oomScoreAdj −1000 to 1000; null leaves what is inherited
 */
@SuppressWarnings("JavaLangClash") // the specification's word, used in this house only with its package
public record Process(
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean terminal,
        @Nullable ConsoleSize consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        @Nullable ProcessCapabilities capabilities,
        List<Rlimit> rlimits,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean noNewPrivileges,
        @Nullable String apparmorProfile,
        @Nullable Integer oomScoreAdj,
        @Nullable Scheduler scheduler,
        @Nullable String selinuxLabel,
        @Nullable IoPriority ioPriority,
        @Nullable ExecCpuAffinity execCPUAffinity) {

    public Process {
        user = user == null ? User.ROOT : user;
        args = Required.list(args);
        env = Required.list(env);
        Required.text("process.cwd", cwd);
        rlimits = Required.list(rlimits);
        if (oomScoreAdj != null && (oomScoreAdj < -1000 || oomScoreAdj > 1000)) {
            throw new IllegalArgumentException(
                    "process.oomScoreAdj is \"%d\"; it must lie between -1000 and 1000".formatted(oomScoreAdj));
        }
    }

    /** Size of a terminal in characters. */
    public record ConsoleSize(int height, int width) {}

    /**
     * One resource limit. setrlimit(2)
     *
     * @param type {@code RLIMIT_NOFILE} and so on
     * @param soft unsigned; {@link #INFINITY} for none
     * @param hard unsigned; {@link #INFINITY} for none
     */
    public record Rlimit(
            String type, @Uint64 long soft, @Uint64 long hard) {
        /** RLIM_INFINITY. */
        public static final long INFINITY = -1L;

        private static final Pattern TYPE = Pattern.compile("RLIMIT_[A-Z]+");

        public Rlimit {
            if (!TYPE.matcher(Required.text("process.rlimits[].type", type)).matches()) {
                throw new IllegalArgumentException(
                        "process.rlimits[].type is \"%s\"; it must look like RLIMIT_NOFILE".formatted(type));
            }
        }
    }

    /** CPU scheduling of the program. sched_setattr(2) */
    public record Scheduler(
            String policy,
            @Nullable Integer nice,
            @Nullable Integer priority,
            List<String> flags,
            @Nullable Long runtime,
            @Nullable Long deadline,
            @Nullable Long period) {

        public Scheduler {
            Required.text("process.scheduler.policy", policy);
            flags = Required.list(flags);
        }
    }

    /**
     * I/O scheduling of the program. ioprio_set(2)
     *
     * @param clazz IOPRIO_CLASS_RT, IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE
     */
    public record IoPriority(@JsonProperty("class") String clazz, int priority) {

        public IoPriority {
            Required.text("process.ioPriority.class", clazz);
        }
    }

    /** On which CPUs a program that joins the container runs, before and after it joined the cgroup. */
    public record ExecCpuAffinity(
            @Nullable String initial,
            @JsonProperty("final") @Nullable String finalCpus) {}

    /** The same process with other rights. */
    public Process withCapabilities(ProcessCapabilities other) {
        return new Process(
                terminal,
                consoleSize,
                user,
                args,
                env,
                cwd,
                other,
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                scheduler,
                selinuxLabel,
                ioPriority,
                execCPUAffinity);
    }

    /** The same for a container whose own process is {@code base}: rights and processors that are not said are those. */
    public Process filledFrom(Process base) {
        return new Process(
                terminal,
                consoleSize,
                user,
                args,
                env,
                cwd,
                capabilities == null ? base.capabilities : capabilities,
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                scheduler,
                selinuxLabel,
                ioPriority,
                execCPUAffinity == null ? base.execCPUAffinity : execCPUAffinity);
    }

    /** The same process with other arguments. */
    public Process withArgs(List<String> other) {
        return new Process(
                terminal,
                consoleSize,
                user,
                other,
                env,
                cwd,
                capabilities,
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                scheduler,
                selinuxLabel,
                ioPriority,
                execCPUAffinity);
    }
}
