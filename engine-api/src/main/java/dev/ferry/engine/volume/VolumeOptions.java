package dev.ferry.engine.volume;

import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The options of the driver {@code local}: what a volume is, if not a directory of the engine's own. */
public sealed interface VolumeOptions {
    /** A directory of the engine's own. */
    record Own() implements VolumeOptions {}

    /** Another directory of the host. */
    record Bound(String device, boolean readOnly) implements VolumeOptions {}

    /** Memory: each container that uses it gets its own, empty at each start. */
    record Memory(List<String> options) implements VolumeOptions {}

    /**
     * Reads them.
     *
     * @throws InvalidRequest for what no engine would take
     * @throws Unsupported for file systems that this engine does not mount
     */
    static VolumeOptions of(String volume, Map<String, String> options) {
        for (String key : options.keySet()) {
            if (!Set.of("type", "o", "device").contains(key)) {
                throw new InvalidRequest("volume.option", "create " + volume + ": invalid option: \"" + key + "\"");
            }
        }
        if (options.isEmpty()) {
            return new Own();
        }
        String type = options.getOrDefault("type", "");
        String device = options.getOrDefault("device", "");
        List<String> words = Arrays.stream(options.getOrDefault("o", "").split(",", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.contains("bind") || words.contains("rbind") || type.equals("bind")) {
            if (!device.startsWith("/")) {
                throw new InvalidRequest(
                        "volume.option", "create " + volume + ": missing device in volume options: an absolute path");
            }
            return new Bound(device, words.contains("ro"));
        }
        if (type.equals("tmpfs")) {
            return new Memory(words);
        }
        if (type.isEmpty() && device.isEmpty()) {
            throw new InvalidRequest("volume.option", "create " + volume + ": missing required option: \"device\"");
        }
        throw new Unsupported(
                "volume.type",
                "a volume of type \"" + type + "\" is not supported by this engine: mount \"" + device
                        + "\" on the host, and make the volume with --opt type=none --opt o=bind --opt device=DIRECTORY");
    }
}
