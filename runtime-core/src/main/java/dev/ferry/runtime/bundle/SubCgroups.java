package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Where below a container's cgroup a further process goes: {@code --cgroup [CONTROLLER[,CONTROLLER]:]PATH}. Texts are runc's. */
final class SubCgroups {
    private static final String ALL = "";

    private SubCgroups() {}

    /** The files to join by: the container's own where nothing else is named. */
    static List<Path> entries(Cgroup cgroup, List<String> named) throws RuntimeRefused {
        Map<String, String> paths = paths(named);
        Set<String> unknown = new TreeSet<>(paths.keySet());
        unknown.remove(ALL);
        List<Path> entries = new ArrayList<>();
        for (Path entry : cgroup.entries()) {
            Path directory = Objects.requireNonNull(entry.getParent());
            String path = paths.getOrDefault(ALL, "");
            for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
                if (hierarchy.directory(cgroup.path()).equals(directory)) {
                    for (String controller : hierarchy.names()) {
                        unknown.remove(controller);
                        path = paths.getOrDefault(controller, path);
                    }
                }
            }
            entries.add(below(directory, path).resolve(entry.getFileName()));
        }
        if (!unknown.isEmpty()) {
            throw new RuntimeRefused("unknown controller %s in SubCgroupPaths; name one that the container has"
                    .formatted(String.join(", ", unknown)));
        }
        return entries;
    }

    private static Path below(Path directory, String path) throws RuntimeRefused {
        Path below = directory.resolve(path.replaceFirst("^/+", "")).normalize();
        if (!below.startsWith(directory)) {
            throw new RuntimeRefused("bad sub cgroup path: %s; name one below the container's".formatted(path));
        }
        return below;
    }

    private static Map<String, String> paths(List<String> named) throws RuntimeRefused {
        Map<String, String> paths = new LinkedHashMap<>();
        for (String each : named) {
            int colon = each.indexOf(':');
            if (colon < 0) {
                if (named.size() > 1) {
                    throw new RuntimeRefused(
                            "invalid --cgroup argument: %s (missing <controller>: prefix); add one".formatted(each));
                }
                paths.put(ALL, each);
                continue;
            }
            for (String controller : each.substring(0, colon).split(",", -1)) {
                if (controller.isEmpty()) {
                    throw new RuntimeRefused(
                            "invalid --cgroup argument: %s (empty <controller> prefix); name one".formatted(each));
                }
                if (paths.put(controller, each.substring(colon + 1)) != null) {
                    throw new RuntimeRefused(
                            "invalid --cgroup argument(s): controller %s specified multiple times; name it once"
                                    .formatted(controller));
                }
            }
        }
        return paths;
    }
}
