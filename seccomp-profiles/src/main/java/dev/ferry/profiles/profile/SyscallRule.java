package dev.ferry.profiles.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the named calls when all conditions on their arguments hold: one entry of {@code syscalls}, as the OCI
 * specification has it.
 *
 * @param action {@code SCMP_ACT_ALLOW} and so on
 * @param errnoRet errno of the action; null for EPERM
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SyscallRule(
        List<String> names, String action, @Nullable Integer errnoRet, List<ArgumentCondition> args) {
    static final Set<String> ACTIONS = Set.of(
            "SCMP_ACT_KILL",
            "SCMP_ACT_KILL_PROCESS",
            "SCMP_ACT_KILL_THREAD",
            "SCMP_ACT_TRAP",
            "SCMP_ACT_ERRNO",
            "SCMP_ACT_TRACE",
            "SCMP_ACT_ALLOW",
            "SCMP_ACT_LOG",
            "SCMP_ACT_NOTIFY");

    public SyscallRule {
        names = List.copyOf(names);
        args = List.copyOf(args);
    }

    /**
     * A condition on one argument, unsigned.
     *
     * @param index 0 to 5
     * @param op {@code SCMP_CMP_EQ} and so on
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ArgumentCondition(int index, BigInteger value, BigInteger valueTwo, String op) {
        static final Map<String, String> OPERATORS = Map.of(
                "SCMP_CMP_NE", "not equal",
                "SCMP_CMP_LT", "less",
                "SCMP_CMP_LE", "less or equal",
                "SCMP_CMP_EQ", "equal",
                "SCMP_CMP_GE", "greater or equal",
                "SCMP_CMP_GT", "greater",
                "SCMP_CMP_MASKED_EQ", "equal after masking");
    }
}
