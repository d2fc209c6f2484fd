package dev.ferry.profiles.profile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A profile for one container, without conditions on capabilities, architecture or kernel. Its JSON is the {@code linux.seccomp} of
 * an OCI configuration.
 *
 * @param architectures {@code SCMP_ARCH_X86_64} and those that the machine runs besides
 * @param flags {@code SECCOMP_FILTER_FLAG_LOG} and so on
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ResolvedProfile(
        String defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<String> architectures,
        List<String> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        List<SyscallRule> syscalls) {

    public ResolvedProfile {
        architectures = List.copyOf(architectures);
        flags = List.copyOf(flags);
        syscalls = List.copyOf(syscalls);
    }

    /** Whether it forbids nothing: such a container needs no filter. */
    @JsonIgnore
    public boolean isUnconfined() {
        return defaultAction.equals("SCMP_ACT_ALLOW") && syscalls.isEmpty();
    }

    /** UTF-8. */
    public byte[] toJson() {
        return ProfileReader.write(this);
    }
}
