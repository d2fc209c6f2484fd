package dev.ferry.runtime.systemd;

import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rules for devices as systemd knows them: what is allowed, and all else is not. The rules themselves are written by this runtime; but systemd
 * writes its own when it loads its configuration anew, and without these it would open every device to the container then.
 */
final class DeviceProperties {
    private static final String PAIRS = "(ss)";

    private record Node(
            char type, @Nullable Long major, @Nullable Long minor) {
        /** systemd.resource-control(5), "DeviceAllow=". */
        String path() {
            String kind = type == 'b' ? "block" : "char";
            if (major == null) {
                return kind + "-*";
            }
            return minor == null ? kind + "-" + major : "/dev/%s/%d:%d".formatted(kind, major, minor);
        }

        /** It has no word for one minor number of every driver. */
        boolean hasWord() {
            return major != null || minor == null;
        }
    }

    private final Map<Node, TreeSet<Character>> allowed = new LinkedHashMap<>();
    private boolean everything;
    private boolean exceptions;

    private DeviceProperties() {}

    /** Nothing without rules. */
    static List<Property> of(List<DeviceRule> rules) {
        if (rules.isEmpty()) {
            return List.of();
        }
        DeviceProperties read = new DeviceProperties();
        rules.forEach(read::add);
        return read.properties();
    }

    private void add(DeviceRule rule) {
        String type = rule.type() == null || rule.type().isEmpty() ? "a" : rule.type();
        String access = rule.access() == null || rule.access().isEmpty() ? "rwm" : rule.access();
        boolean all = type.equals("a") && isAny(rule.major()) && isAny(rule.minor());
        if (all && (!rule.allow() || access.length() == 3)) {
            allowed.clear();
            everything = rule.allow();
            exceptions = false;
            return;
        }
        for (char kind : (type.equals("a") ? "bc" : type).toCharArray()) {
            Node node = new Node(kind, number(rule.major()), number(rule.minor()));
            if (rule.allow()) {
                TreeSet<Character> ways = allowed.computeIfAbsent(node, fresh -> new TreeSet<>());
                access.chars().forEach(way -> ways.add((char) way));
            } else {
                exceptions = everything;
                TreeSet<Character> ways = allowed.get(node);
                if (ways != null) {
                    access.chars().forEach(way -> ways.remove((char) way));
                }
            }
        }
    }

    private static boolean isAny(@Nullable Long number) {
        return number(number) == null;
    }

    private static @Nullable Long number(@Nullable Long number) {
        return number == null || number < 0 ? null : number;
    }

    private List<Property> properties() {
        boolean open = everything && !exceptions;
        List<Value> entries = new ArrayList<>();
        if (!everything) {
            allowed.forEach((node, ways) -> {
                if (node.hasWord() && !ways.isEmpty()) {
                    String access =
                            ways.descendingSet().stream().map(String::valueOf).collect(Collectors.joining());
                    entries.add(Value.struct(Value.text(node.path()), Value.text(access)));
                }
            });
        }
        List<Property> properties = new ArrayList<>();
        properties.add(new Property("DevicePolicy", Value.text(open ? "auto" : "strict")));
        // an empty list takes away what was there before
        properties.add(new Property("DeviceAllow", new Value.Array(PAIRS, List.of())));
        if (!entries.isEmpty()) {
            properties.add(new Property("DeviceAllow", new Value.Array(PAIRS, entries)));
        }
        return properties;
    }
}
