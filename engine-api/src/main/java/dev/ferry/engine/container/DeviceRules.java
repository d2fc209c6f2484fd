package dev.ferry.engine.container;

import dev.ferry.api.model.container.DeviceMapping;
import dev.ferry.api.model.container.Resources;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxDevice;
import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Devices of the host that a container may use: {@code --device} and {@code --device-cgroup-rule}. */
final class DeviceRules {

    private static final Pattern RULE = Pattern.compile("([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})");
    private static final int TYPE_MASK = 0170000;
    private static final int BLOCK = 0060000;

    private DeviceRules() {}

    static void apply(DefaultSpec spec, Resources resources) {
        for (DeviceMapping mapping : resources.devices()) {
            String access = mapping.cgroupPermissions().isEmpty() ? "rwm" : mapping.cgroupPermissions();
            spec.device(node(mapping), access);
        }
        List<String> rules = resources.deviceCgroupRules();
        for (String rule : rules == null ? List.<String>of() : rules) {
            Matcher m = RULE.matcher(rule);
            if (!m.matches()) {
                throw new InvalidRequest("container.device-rule", "invalid device cgroup rule format: '" + rule + "'");
            }
            spec.deviceRule(new DeviceRule(true, m.group(1), number(m.group(2)), number(m.group(3)), m.group(4)));
        }
    }

    private static LinuxDevice node(DeviceMapping mapping) {
        String target = mapping.pathInContainer().isEmpty() ? mapping.pathOnHost() : mapping.pathInContainer();
        try {
            Map<String, Object> stat = Files.readAttributes(Path.of(mapping.pathOnHost()), "unix:rdev,mode");
            long rdev = (Long) stat.getOrDefault("rdev", 0L);
            int mode = (Integer) stat.getOrDefault("mode", 0);
            if (rdev == 0) {
                throw new InvalidRequest(
                        "container.device",
                        "error gathering device information while adding custom device \"" + mapping.pathOnHost()
                                + "\": not a device node");
            }
            // makedev(3)
            long major = (rdev >>> 8 & 0xfff) | (rdev >>> 32 & ~0xfffL);
            long minor = (rdev & 0xff) | (rdev >>> 12 & ~0xffL & 0xffffffffL);
            return new LinuxDevice(target, (mode & TYPE_MASK) == BLOCK ? "b" : "c", major, minor, mode & 0777, 0L, 0L);
        } catch (IOException e) {
            throw new InvalidRequest(
                    "container.device",
                    "error gathering device information while adding custom device \"" + mapping.pathOnHost()
                            + "\": no such file or directory",
                    e);
        }
    }

    private static @Nullable Long number(String text) {
        return text.equals("*") ? null : (Long) Long.parseLong(text);
    }
}
