package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.linux.BpfPrograms;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Device rules as a program of the kernel's: version 2 has no file for them.
 *
 * <p>It decides as version 1 does: what may be done is asked for each way of access (make the node, read, write) on its own, the last
 * rule that fits it counts, and what no rule names is allowed. The program reads
 *
 * <pre>
 *     struct bpf_cgroup_dev_ctx {u32 access &lt;&lt; 16 | type; u32 major; u32 minor;}
 *     for each way of access:
 *         not asked for?                    on to the next way
 *         for each rule with that way, the last first:
 *             type, major, minor differ?    on to the next rule
 *             allowed: on to the next way;  denied: answer 0
 *     answer 1
 * </pre>
 */
final class DeviceProgram {
    private static final int LOAD_WORD = 0x61; // BPF_LDX | BPF_MEM | BPF_W
    private static final int MOVE_REGISTER = 0xbf; // BPF_ALU64 | BPF_MOV | BPF_X
    private static final int MOVE = 0xb7; // BPF_ALU64 | BPF_MOV | BPF_K
    private static final int AND = 0x57; // BPF_ALU64 | BPF_AND | BPF_K
    private static final int SHIFT_RIGHT = 0x77; // BPF_ALU64 | BPF_RSH | BPF_K
    private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
    private static final int JUMP_IF_BITS = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private static final int JUMP_IF_DIFFERENT = 0x55; // BPF_JMP | BPF_JNE | BPF_K
    private static final int EXIT = 0x95;

    private static final int ANSWER = 0;
    private static final int CONTEXT = 1;
    private static final int TYPE = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private static final int TYPE_BLOCK = 1;
    private static final int TYPE_CHARACTER = 2;

    /** The letters of a rule and BPF_DEVCG_ACC_MKNOD, _READ, _WRITE. */
    private enum Way {
        MAKE('m', 1),
        READ('r', 2),
        WRITE('w', 4);

        private final char letter;
        private final int bit;

        Way(char letter, int bit) {
            this.letter = letter;
            this.bit = bit;
        }
    }

    private record Instruction(int code, int target, int source, int offset, int value) {}

    private DeviceProgram() {}

    /** Puts rules into force for a cgroup of the unified hierarchy, in place of those before. */
    static void apply(Path directory, List<DeviceRule> rules) throws LimitRefused {
        try {
            BpfPrograms.decideOnDevices(directory, compile(rules));
        } catch (SyscallException e) {
            throw new LimitRefused(
                    "the kernel refuses the device rules of cgroup \"%s\": %s; Ferry needs CAP_BPF or CAP_SYS_ADMIN and a kernel with CONFIG_CGROUP_BPF"
                            .formatted(directory, e.getMessage()),
                    e);
        }
    }

    /** {@code struct bpf_insn[]} in the machine's byte order. */
    static byte[] compile(List<DeviceRule> rules) {
        var program = new ArrayList<Instruction>();
        program.add(new Instruction(LOAD_WORD, TYPE, CONTEXT, 0, 0));
        program.add(new Instruction(MOVE_REGISTER, ACCESS, TYPE, 0, 0));
        program.add(new Instruction(AND, TYPE, 0, 0, 0xffff));
        program.add(new Instruction(SHIFT_RIGHT, ACCESS, 0, 0, 16));
        program.add(new Instruction(LOAD_WORD, MAJOR, CONTEXT, 4, 0));
        program.add(new Instruction(LOAD_WORD, MINOR, CONTEXT, 8, 0));
        for (Way way : Way.values()) {
            List<Instruction> checks = checks(way, rules);
            program.add(new Instruction(JUMP_IF_BITS, ACCESS, 0, 1, way.bit));
            program.add(new Instruction(JUMP, 0, 0, checks.size(), 0));
            program.addAll(checks);
        }
        program.add(new Instruction(MOVE, ANSWER, 0, 0, 1));
        program.add(new Instruction(EXIT, 0, 0, 0, 0));
        return encode(program);
    }

    private static List<Instruction> checks(Way way, List<DeviceRule> rules) {
        var checks = new ArrayList<Instruction>();
        var leaving = new ArrayList<Integer>();
        for (DeviceRule rule : rules.reversed()) {
            if (!hasWay(rule, way)) {
                continue;
            }
            var conditions = new ArrayList<Instruction>();
            if ("b".equals(rule.type())) {
                different(conditions, TYPE, (long) TYPE_BLOCK);
            } else if ("c".equals(rule.type())) {
                different(conditions, TYPE, (long) TYPE_CHARACTER);
            }
            different(conditions, MAJOR, rule.major());
            different(conditions, MINOR, rule.minor());
            int verdict = rule.allow() ? 1 : 2;
            for (int i = 0; i < conditions.size(); i++) {
                Instruction condition = conditions.get(i);
                int over = conditions.size() - i - 1 + verdict;
                checks.add(new Instruction(condition.code(), condition.target(), 0, over, condition.value()));
            }
            if (rule.allow()) {
                leaving.add(checks.size());
                checks.add(new Instruction(JUMP, 0, 0, 0, 0));
            } else {
                checks.add(new Instruction(MOVE, ANSWER, 0, 0, 0));
                checks.add(new Instruction(EXIT, 0, 0, 0, 0));
            }
            if (conditions.isEmpty()) {
                // it fits everything: what came before it has no say, and the kernel refuses code that is never reached
                break;
            }
        }
        for (int at : leaving) {
            checks.set(at, new Instruction(JUMP, 0, 0, checks.size() - at - 1, 0));
        }
        return checks;
    }

    /** A number that is absent or negative stands for any. */
    private static void different(List<Instruction> conditions, int register, @Nullable Long value) {
        if (value != null && value >= 0) {
            conditions.add(new Instruction(JUMP_IF_DIFFERENT, register, 0, 0, Math.toIntExact(value)));
        }
    }

    /** A rule without letters is about all ways. */
    private static boolean hasWay(DeviceRule rule, Way way) {
        return rule.access() == null || rule.access().isEmpty() || rule.access().indexOf(way.letter) >= 0;
    }

    private static byte[] encode(List<Instruction> program) {
        ByteBuffer bytes = ByteBuffer.allocate(program.size() * 8).order(ByteOrder.nativeOrder());
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        for (Instruction instruction : program) {
            int registers = little
                    ? instruction.source() << 4 | instruction.target()
                    : instruction.target() << 4 | instruction.source();
            bytes.put((byte) instruction.code())
                    .put((byte) registers)
                    .putShort((short) instruction.offset())
                    .putInt(instruction.value());
        }
        return bytes.array();
    }
}
