package dev.ferry.profiles.profile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A profile in Docker's format: the filter of the OCI specification, with conditions on whom each rule is for.
 *
 * @param name how messages call it
 * @param architectures covered architectures; empty when {@code archMap} gives them
 * @param archMap for each architecture of a machine, those that its processes may use besides
 * @param rules all of them, with their conditions
 */
public record SeccompProfile(
        String name,
        String defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<String> architectures,
        List<ArchMapping> archMap,
        List<String> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        List<ConditionalRule> rules) {

    public SeccompProfile {
        architectures = List.copyOf(architectures);
        archMap = List.copyOf(archMap);
        flags = List.copyOf(flags);
        rules = List.copyOf(rules);
    }

    /** A machine's architecture and those that it runs besides, {@code SCMP_ARCH_X86_64} and so on. */
    public record ArchMapping(String architecture, List<String> subArchitectures) {

        public ArchMapping {
            subArchitectures = List.copyOf(subArchitectures);
        }
    }

    /** A rule and for whom it is: all of {@code includes} must hold, none of {@code excludes} may. */
    public record ConditionalRule(SyscallRule rule, Condition includes, Condition excludes) {}

    /**
     * A condition; what is empty or null is not asked for.
     *
     * @param capabilities names such as {@code CAP_SYS_ADMIN}
     * @param architectures names such as {@code amd64}
     */
    public record Condition(
            List<String> capabilities,
            List<String> architectures,
            @Nullable KernelVersion minKernel) {
        static final Condition NONE = new Condition(List.of(), List.of(), null);

        public Condition {
            capabilities = List.copyOf(capabilities);
            architectures = List.copyOf(architectures);
        }

        private boolean admits(ProfileTarget target) {
            return (architectures.isEmpty() || architectures.contains(target.architecture()))
                    && target.capabilities().containsAll(capabilities)
                    && (minKernel == null || target.kernel().compareTo(minKernel) >= 0);
        }

        /** Each part excludes on its own, and of the capabilities any one does. */
        private boolean shutsOut(ProfileTarget target) {
            return architectures.contains(target.architecture())
                    || capabilities.stream().anyMatch(target.capabilities()::contains)
                    || (minKernel != null && target.kernel().compareTo(minKernel) >= 0);
        }
    }

    /**
     * Reads a profile: what {@code docker run --security-opt seccomp=FILE} takes.
     *
     * @param name how messages call it: the file's name
     * @throws InvalidProfile when it is no JSON, or names actions, operators, flags or architectures that do not exist
     */
    public static SeccompProfile read(byte[] json, String name) throws InvalidProfile {
        return ProfileReader.read(json, name);
    }

    /** Settles all conditions. */
    public ResolvedProfile resolve(ProfileTarget target) {
        var covered = new ArrayList<>(architectures);
        for (ArchMapping mapping : archMap) {
            if (mapping.architecture().equals(target.libraryArchitecture())) {
                covered.add(mapping.architecture());
                covered.addAll(mapping.subArchitectures());
            }
        }
        List<SyscallRule> applying = rules.stream()
                .filter(rule ->
                        rule.includes().admits(target) && !rule.excludes().shutsOut(target))
                .map(ConditionalRule::rule)
                .toList();
        return new ResolvedProfile(
                defaultAction, defaultErrnoRet, covered, flags, listenerPath, listenerMetadata, applying);
    }

    /** The same under another name, with all that it says of the calls in those rules replaced by them, whoever it was for. */
    SeccompProfile replacing(String newName, List<SyscallRule> replacements) {
        Set<String> replaced = new HashSet<>();
        replacements.forEach(rule -> replaced.addAll(rule.names()));
        var changed = new ArrayList<ConditionalRule>();
        for (ConditionalRule rule : rules) {
            List<String> left = rule.rule().names().stream()
                    .filter(Predicate.not(replaced::contains))
                    .toList();
            if (!left.isEmpty()) {
                SyscallRule kept = new SyscallRule(
                        left,
                        rule.rule().action(),
                        rule.rule().errnoRet(),
                        rule.rule().args());
                changed.add(new ConditionalRule(kept, rule.includes(), rule.excludes()));
            }
        }
        replacements.forEach(rule -> changed.add(new ConditionalRule(rule, Condition.NONE, Condition.NONE)));
        return new SeccompProfile(
                newName,
                defaultAction,
                defaultErrnoRet,
                architectures,
                archMap,
                flags,
                listenerPath,
                listenerMetadata,
                changed);
    }
}
