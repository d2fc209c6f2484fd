package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.NumberSet;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes how a program is scheduled and executed: what a process has before execve(2) and its program after it. Most of it takes rights, so
 * it comes before they go.
 */
final class ExecutionText {
    private static final Map<String, Integer> POLICIES = Map.of(
            "SCHED_OTHER", 0, "SCHED_FIFO", 1, "SCHED_RR", 2, "SCHED_BATCH", 3, "SCHED_IDLE", 5, "SCHED_DEADLINE", 6);
    private static final Map<String, Integer> SCHEDULER_FLAGS = Map.of(
            "SCHED_FLAG_RESET_ON_FORK", 0x01,
            "SCHED_FLAG_RECLAIM", 0x02,
            "SCHED_FLAG_DL_OVERRUN", 0x04,
            "SCHED_FLAG_KEEP_POLICY", 0x08,
            "SCHED_FLAG_KEEP_PARAMS", 0x10,
            "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20,
            "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40);

    /** struct sched_attr without the clamps of its second version. sched_setattr(2) */
    private static final int SCHEDULER_BYTES = 48;

    private static final Map<String, Integer> IO_CLASSES =
            Map.of("IOPRIO_CLASS_RT", 1, "IOPRIO_CLASS_BE", 2, "IOPRIO_CLASS_IDLE", 3);
    private static final int IOPRIO_WHO_PROCESS = 1;
    private static final int IO_CLASS_SHIFT = 13;
    private static final int LOWEST_IO_PRIORITY = 7;

    private static final Map<String, Integer> DOMAINS = Map.of("LINUX", 0, "LINUX32", 8);

    private static final Map<String, Integer> MEMORY_MODES = Map.of(
            "MPOL_DEFAULT", 0,
            "MPOL_PREFERRED", 1,
            "MPOL_BIND", 2,
            "MPOL_INTERLEAVE", 3,
            "MPOL_LOCAL", 4,
            "MPOL_PREFERRED_MANY", 5,
            "MPOL_WEIGHTED_INTERLEAVE", 6);
    private static final Map<String, Integer> MEMORY_FLAGS =
            Map.of("MPOL_F_NUMA_BALANCING", 1 << 13, "MPOL_F_RELATIVE_NODES", 1 << 14, "MPOL_F_STATIC_NODES", 1 << 15);

    private final ProgramBuilder p;

    private ExecutionText(Calls calls) {
        this.p = calls.program();
    }

    /**
     * Appends the steps for whatever is asked for.
     *
     * @throws IllegalArgumentException when a word is none of the specification's
     */
    static void write(Calls calls, Process process, @Nullable Linux linux) {
        ExecutionText text = new ExecutionText(calls);
        if (process.scheduler() != null) {
            text.schedule(process.scheduler());
        }
        if (process.ioPriority() != null) {
            text.ioPriority(process.ioPriority());
        }
        if (linux != null && linux.memoryPolicy() != null) {
            text.memoryPolicy(linux.memoryPolicy());
        }
        if (linux != null && linux.personality() != null) {
            text.personality(linux.personality());
        }
    }

    /** The processors that the process may run on; none if it is not said. sched_setaffinity(2) */
    static void affinity(Calls calls, String field, @Nullable String processors) {
        if (processors == null || processors.isEmpty()) {
            return;
        }
        ProgramBuilder p = calls.program();
        Block mask = mask(p, field, NumberSet.parse(field, processors));
        p.call("run on the processors " + processors, Syscall.SCHED_SETAFFINITY, 0, mask.size(), mask);
    }

    private void schedule(Process.Scheduler scheduler) {
        int policy = word("process.scheduler.policy", POLICIES, scheduler.policy());
        Block attributes = p.block("scheduler", SCHEDULER_BYTES)
                .putInt(0, SCHEDULER_BYTES)
                .putInt(4, policy)
                .putLong(8, words("process.scheduler.flags", SCHEDULER_FLAGS, scheduler.flags()))
                .putInt(16, scheduler.nice() == null ? 0 : scheduler.nice())
                .putInt(20, scheduler.priority() == null ? 0 : scheduler.priority())
                .putLong(24, scheduler.runtime() == null ? 0 : scheduler.runtime())
                .putLong(32, scheduler.deadline() == null ? 0 : scheduler.deadline())
                .putLong(40, scheduler.period() == null ? 0 : scheduler.period());
        p.call("set the scheduler " + scheduler.policy(), Syscall.SCHED_SETATTR, 0, attributes, 0);
    }

    private void ioPriority(Process.IoPriority io) {
        if (io.priority() < 0 || io.priority() > LOWEST_IO_PRIORITY) {
            throw new IllegalArgumentException(
                    "process.ioPriority.priority is %d; it must lie between 0 and 7".formatted(io.priority()));
        }
        int priority = word("process.ioPriority.class", IO_CLASSES, io.clazz()) << IO_CLASS_SHIFT | io.priority();
        p.call("set the I/O priority " + io.clazz(), Syscall.IOPRIO_SET, IOPRIO_WHO_PROCESS, 0, priority);
    }

    private void memoryPolicy(Linux.MemoryPolicy policy) {
        String mode = policy.mode() == null ? "" : policy.mode();
        long bits = word("linux.memoryPolicy.mode", MEMORY_MODES, mode)
                | words("linux.memoryPolicy.flags", MEMORY_FLAGS, policy.flags());
        String label = "set the memory policy " + mode;
        String nodes = policy.nodes() == null ? "" : policy.nodes();
        if (nodes.isEmpty()) {
            p.call(label, Syscall.SET_MEMPOLICY, bits, 0, 0);
            return;
        }
        Block mask = mask(p, "linux.memoryPolicy.nodes", NumberSet.parse("linux.memoryPolicy.nodes", nodes));
        // the kernel takes one bit less than it is told of. set_mempolicy(2), "maxnode"
        p.call(label, Syscall.SET_MEMPOLICY, bits, mask, mask.size() * Byte.SIZE + 1);
    }

    private void personality(Linux.Personality personality) {
        String domain = personality.domain() == null ? "" : personality.domain();
        if (!personality.flags().isEmpty()) {
            throw new IllegalArgumentException(
                    "linux.personality.flags has %s, and the specification knows none; leave them out"
                            .formatted(personality.flags()));
        }
        p.call(
                "set the execution domain " + domain,
                Syscall.PERSONALITY,
                word("linux.personality.domain", DOMAINS, domain));
    }

    private static Block mask(ProgramBuilder p, String name, BitSet numbers) {
        long[] words = numbers.toLongArray();
        Block mask = p.block(name, words.length * Long.BYTES);
        for (int i = 0; i < words.length; i++) {
            mask.putLong(i * Long.BYTES, words[i]);
        }
        return mask;
    }

    private static long words(String field, Map<String, Integer> known, List<String> given) {
        long bits = 0;
        for (String word : given) {
            bits |= word(field, known, word);
        }
        return bits;
    }

    private static int word(String field, Map<String, Integer> known, String word) {
        Integer value = known.get(word);
        if (value == null) {
            throw new IllegalArgumentException("%s is \"%s\"; it must be one of %s"
                    .formatted(
                            field,
                            word,
                            String.join(", ", known.keySet().stream().sorted().toList())));
        }
        return value;
    }
}
