package dev.ferry.profiles.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.profiles.profile.SeccompProfile.ArchMapping;
import dev.ferry.profiles.profile.SeccompProfile.Condition;
import dev.ferry.profiles.profile.SeccompProfile.ConditionalRule;
import dev.ferry.profiles.profile.SyscallRule.ArgumentCondition;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Docker's profile format, field by field, so that every complaint can name its place.
 *
 * <p>Unknown fields are ignored (profiles carry comments). Unknown words are refused: a rule that is silently left out would either
 * open or break a container.
 */
final class ProfileReader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final BigInteger UINT64 = BigInteger.ONE.shiftLeft(64);

    private static final Set<String> FLAGS = Set.of(
            "SECCOMP_FILTER_FLAG_TSYNC",
            "SECCOMP_FILTER_FLAG_LOG",
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

    private static final Set<String> ARCHITECTURES = Set.of(
            "SCMP_ARCH_X86",
            "SCMP_ARCH_X86_64",
            "SCMP_ARCH_X32",
            "SCMP_ARCH_ARM",
            "SCMP_ARCH_AARCH64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64");

    private final String name;

    private ProfileReader(String name) {
        this.name = name;
    }

    static SeccompProfile read(byte[] json, String name) throws InvalidProfile {
        return new ProfileReader(name).profile(tree(json, name));
    }

    static JsonNode tree(byte[] json, String name) throws InvalidProfile {
        try {
            JsonNode root = MAPPER.readTree(json);
            if (!root.isObject()) {
                throw new InvalidProfile(
                        "seccomp profile \"%s\" is no JSON object; it must be one in Docker's format".formatted(name),
                        null);
            }
            return root;
        } catch (IOException e) {
            throw new InvalidProfile(
                    "seccomp profile \"%s\" is no JSON: %s; correct the file"
                            .formatted(
                                    name,
                                    e instanceof JsonProcessingException p ? p.getOriginalMessage() : e.getMessage()),
                    e);
        }
    }

    static byte[] write(ResolvedProfile profile) {
        try {
            return MAPPER.writeValueAsBytes(profile);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a resolved profile can always be written", e);
        }
    }

    private SeccompProfile profile(JsonNode root) throws InvalidProfile {
        if (root.has("base")) {
            return basedOn(text(root, "base"), root.path("replace"));
        }
        if (root.path("defaultAction").asText("").isEmpty()
                && root.path("syscalls").isEmpty()) {
            // Docker's way to say "no filter" in a file
            return ProfileLibrary.unconfined();
        }
        String defaultAction = word(root, "defaultAction", "defaultAction", SyscallRule.ACTIONS);
        List<String> architectures = words(root, "architectures", ARCHITECTURES);
        var archMap = new ArrayList<ArchMapping>();
        for (JsonNode mapping : array(root, "archMap", "archMap")) {
            archMap.add(new ArchMapping(
                    word(mapping, "architecture", "archMap[].architecture", ARCHITECTURES),
                    words(mapping, "subArchitectures", ARCHITECTURES)));
        }
        if (!architectures.isEmpty() && !archMap.isEmpty()) {
            throw wrong(
                    "",
                    "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'");
        }
        return new SeccompProfile(
                name,
                defaultAction,
                errno(root, "defaultErrnoRet", "defaultErrnoRet"),
                architectures,
                archMap,
                words(root, "flags", FLAGS),
                text(root, "listenerPath"),
                text(root, "listenerMetadata"),
                rules(root));
    }

    /** Our own short form: a profile of the library with some rules replaced. */
    private SeccompProfile basedOn(@Nullable String base, JsonNode replaced) throws InvalidProfile {
        Optional<SeccompProfile> profile = ProfileLibrary.named(String.valueOf(base));
        if (profile.isEmpty()) {
            throw wrong(
                    "base",
                    "\"" + base + "\" is no profile of this engine; there are default, checkpoint and unconfined");
        }
        return profile.get().replacing(name, plainRules(replaced, name));
    }

    private List<ConditionalRule> rules(JsonNode root) throws InvalidProfile {
        var rules = new ArrayList<ConditionalRule>();
        int number = 0;
        for (JsonNode entry : array(root, "syscalls", "syscalls")) {
            String place = "syscalls[" + number++ + "]";
            rules.add(new ConditionalRule(
                    rule(entry, place),
                    condition(entry.path("includes"), place + ".includes"),
                    condition(entry.path("excludes"), place + ".excludes")));
        }
        return rules;
    }

    private static List<SyscallRule> plainRules(JsonNode array, String name) throws InvalidProfile {
        var reader = new ProfileReader(name);
        var rules = new ArrayList<SyscallRule>();
        for (JsonNode entry : array) {
            rules.add(reader.rule(entry, "replace[" + rules.size() + "]"));
        }
        return rules;
    }

    private SyscallRule rule(JsonNode entry, String place) throws InvalidProfile {
        List<String> names = texts(entry, "names", place + ".names");
        // before Docker 1.13 a rule named a single call
        String single = entry.path("name").asText("");
        if (!single.isEmpty()) {
            if (!names.isEmpty()) {
                throw wrong(
                        place,
                        "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'");
            }
            names = List.of(single);
        }
        if (names.isEmpty()) {
            throw wrong(place, "it names no system call; give it \"names\"");
        }
        var conditions = new ArrayList<ArgumentCondition>();
        for (JsonNode condition : array(entry, "args", place + ".args")) {
            conditions.add(argument(condition, place + ".args[" + conditions.size() + "]"));
        }
        return new SyscallRule(
                names,
                word(entry, "action", place + ".action", SyscallRule.ACTIONS),
                errno(entry, "errnoRet", place + ".errnoRet"),
                conditions);
    }

    private ArgumentCondition argument(JsonNode entry, String place) throws InvalidProfile {
        JsonNode index = entry.path("index");
        if (!index.canConvertToInt() || index.intValue() < 0 || index.intValue() > 5) {
            throw wrong(place, "\"index\" is %s; a system call has the arguments 0 to 5".formatted(shown(index)));
        }
        return new ArgumentCondition(
                index.intValue(),
                uint64(entry, "value", place),
                uint64(entry, "valueTwo", place),
                word(entry, "op", place + ".op", ArgumentCondition.OPERATORS.keySet()));
    }

    private Condition condition(JsonNode node, String place) throws InvalidProfile {
        if (node.isMissingNode() || node.isNull()) {
            return Condition.NONE;
        }
        String kernel = node.path("minKernel").asText("");
        try {
            return new Condition(
                    texts(node, "caps", place + ".caps"),
                    texts(node, "arches", place + ".arches"),
                    kernel.isEmpty() || node.path("minKernel").isNull() ? null : KernelVersion.of(kernel));
        } catch (IllegalArgumentException e) {
            throw wrong(place + ".minKernel", String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Integer errno(JsonNode node, String field, String place) throws InvalidProfile {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.canConvertToInt()
                || !value.isIntegralNumber()
                || value.intValue() < 0
                || value.intValue() > 0xffff) {
            throw wrong(place, "it is %s; it must be an errno, 0 to 65535".formatted(shown(value)));
        }
        return value.intValue();
    }

    private BigInteger uint64(JsonNode node, String field, String place) throws InvalidProfile {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return BigInteger.ZERO;
        }
        if (!value.isIntegralNumber()
                || value.bigIntegerValue().signum() < 0
                || value.bigIntegerValue().compareTo(UINT64) >= 0) {
            throw wrong(
                    place + "." + field,
                    "it is %s; it must be a number from 0 to 18446744073709551615".formatted(shown(value)));
        }
        return value.bigIntegerValue();
    }

    private String word(JsonNode node, String field, String place, Collection<String> known) throws InvalidProfile {
        String value = node.path(field).asText("");
        if (!known.contains(value)) {
            throw wrong(
                    place,
                    value.isEmpty()
                            ? "it is missing; choose one of %s".formatted(String.join(", ", new TreeSet<>(known)))
                            : "\"%s\" is not known; choose one of %s"
                                    .formatted(value, String.join(", ", new TreeSet<>(known))));
        }
        return value;
    }

    private List<String> words(JsonNode node, String field, Collection<String> known) throws InvalidProfile {
        List<String> values = texts(node, field, field);
        for (String value : values) {
            if (!known.contains(value)) {
                throw wrong(
                        field,
                        "\"%s\" is not known; choose from %s"
                                .formatted(value, String.join(", ", new TreeSet<>(known))));
            }
        }
        return values;
    }

    private List<String> texts(JsonNode node, String field, String place) throws InvalidProfile {
        var values = new ArrayList<String>();
        for (JsonNode value : array(node, field, place)) {
            if (!value.isTextual()) {
                throw wrong(place, "it holds %s; it must be a list of names".formatted(shown(value)));
            }
            values.add(value.textValue());
        }
        return values;
    }

    private Iterable<JsonNode> array(JsonNode node, String field, String place) throws InvalidProfile {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(place, "it is %s; it must be a list".formatted(shown(value)));
        }
        return value;
    }

    private static @Nullable String text(JsonNode node, String field) {
        return node.path(field).isTextual() ? node.path(field).textValue() : null;
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() ? "missing" : "\"" + node.asText(node.toString()) + "\"";
    }

    private InvalidProfile wrong(String place, String what) {
        return new InvalidProfile(
                place.isEmpty()
                        ? "seccomp profile \"%s\" cannot be used: %s".formatted(name, what)
                        : "seccomp profile \"%s\" cannot be used: at \"%s\": %s".formatted(name, place, what),
                null);
    }
}
