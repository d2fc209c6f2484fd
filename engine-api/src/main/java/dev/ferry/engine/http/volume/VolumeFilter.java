package dev.ferry.engine.http.volume;

import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.volume.VolumeRecord;
import dev.ferry.engine.volume.VolumeService;
import java.util.List;
import java.util.Map;

/** Which volumes are meant. Values of one key are alternatives, keys add up; labels all have to be there. */
record VolumeFilter(Map<String, List<String>> wanted, VolumeService volumes) {

    /** Of a list. */
    static VolumeFilter ofList(Map<String, List<String>> wanted, VolumeService volumes) {
        return new VolumeFilter(known(wanted, List.of("dangling", "name", "label", "driver")), volumes);
    }

    /** Of a pruning. */
    static VolumeFilter ofPrune(Map<String, List<String>> wanted, VolumeService volumes) {
        return new VolumeFilter(known(wanted, List.of("label", "label!", "all")), volumes);
    }

    private static Map<String, List<String>> known(Map<String, List<String>> wanted, List<String> keys) {
        for (String key : wanted.keySet()) {
            if (!keys.contains(key)) {
                throw new InvalidRequest("filter.key", "invalid filter '" + key + "'");
            }
        }
        return wanted;
    }

    /** Whether the one value of a key says yes. */
    boolean flag(String key) {
        List<String> values = wanted.getOrDefault(key, List.of());
        if (values.isEmpty()) {
            return false;
        }
        if (values.size() > 1 || !List.of("true", "1", "false", "0").contains(values.getFirst())) {
            throw new InvalidRequest("filter.value", "invalid filter '" + key + "=" + values + "'");
        }
        return values.getFirst().equals("true") || values.getFirst().equals("1");
    }

    boolean admits(VolumeRecord volume) {
        return wanted.entrySet().stream().allMatch(each -> admits(each.getKey(), each.getValue(), volume));
    }

    private boolean admits(String key, List<String> values, VolumeRecord volume) {
        return switch (key) {
            case "dangling" -> flag(key) == volumes.users(volume.name()).isEmpty();
            case "name" -> values.stream().anyMatch(volume.name()::contains);
            case "driver" -> values.contains("local");
            case "label" -> values.stream().allMatch(label -> has(volume, label));
            case "label!" -> values.stream().noneMatch(label -> has(volume, label));
            case "all" -> true;
            default -> throw new AssertionError(key);
        };
    }

    private static boolean has(VolumeRecord volume, String label) {
        int equals = label.indexOf('=');
        return equals < 0
                ? volume.labels().containsKey(label)
                : label.substring(equals + 1).equals(volume.labels().get(label.substring(0, equals)));
    }
}
