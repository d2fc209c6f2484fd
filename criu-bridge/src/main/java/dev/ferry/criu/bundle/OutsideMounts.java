package dev.ferry.criu.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.mount.MountTable;
import dev.ferry.runtime.oci.LinuxDevice;
import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The mounts of a container that lead out of it. CRIU leaves them out of the images and is told at the restore what they show. Each goes by
 * the place where it is mounted, which is what runc calls them, too.
 */
final class OutsideMounts {
    /** As many as the kernel follows. path_resolution(7) */
    private static final int MAXIMUM_LINKS = 40;

    /** The host's, and what its mounts go by, as runc has it. */
    static final String NOTHING = "/dev/null";

    /** Those that every container has. */
    private static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");

    private OutsideMounts() {}

    /** Files that are hidden behind the host's {@code /dev/null}, as runc does it; those of Ferry lie behind the container's own. */
    static List<String> hiddenByHost(Spec spec, MountTable mounts) {
        if (spec.linux() == null) {
            return List.of();
        }
        Optional<MountTable.Entry> own = mounts.at(Path.of("/dev"));
        return spec.linux().maskedPaths().stream()
                .filter(path -> mounts.at(Path.of(path))
                        .filter(entry -> entry.root().endsWith("/null") && !isSame(own, entry))
                        .isPresent())
                .toList();
    }

    private static boolean isSame(Optional<MountTable.Entry> one, MountTable.Entry other) {
        return one.filter(entry -> entry.major() == other.major() && entry.minor() == other.minor())
                .isPresent();
    }

    /**
     * Place to source.
     *
     * @param root the container's root as we see it, with the links that its paths may go through
     */
    static Map<String, Path> of(Spec spec, Cgroup cgroup, Path root) throws IOException {
        Map<String, Path> places = new LinkedHashMap<>();
        for (Mount mount : spec.mounts()) {
            String source = mount.source();
            if (mount.isBindMount() && source != null) {
                places.put(resolve(root, mount.destination()), Path.of(source));
            } else if (("cgroup".equals(mount.type()) || "cgroup2".equals(mount.type())) && !hasOwnCgroups(spec)) {
                cgroups(resolve(root, mount.destination()), cgroup, places);
            }
        }
        if (hasOwnUsers(spec)) {
            // its root may make no device, so those of the host lie there
            for (String device : devices(spec)) {
                places.putIfAbsent(resolve(root, device), Path.of(device));
            }
        }
        return places;
    }

    private static boolean hasOwnUsers(Spec spec) {
        return namespaces(spec).stream()
                .anyMatch(namespace -> namespace.type() == NamespaceKind.USER && namespace.path() == null);
    }

    private static List<String> devices(Spec spec) {
        Stream<String> own = spec.linux() == null
                ? Stream.of()
                : spec.linux().devices().stream().map(LinuxDevice::path);
        return Stream.concat(DEVICES.stream(), own).toList();
    }

    /** Without a namespace of its own a container sees a part of the host's hierarchies. */
    private static void cgroups(String place, Cgroup cgroup, Map<String, Path> places) {
        for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
            Path source = hierarchy.directory(cgroup.path());
            if (cgroup.mode() == CgroupMode.V2) {
                places.put(place, source);
                return;
            }
            places.put(place + "/" + hierarchy.directoryName(), source);
        }
    }

    static boolean hasOwnCgroups(Spec spec) {
        return namespaces(spec).stream()
                .anyMatch(namespace -> namespace.type() == NamespaceKind.CGROUP && namespace.path() == null);
    }

    static List<LinuxNamespace> namespaces(Spec spec) {
        return spec.linux() == null ? List.of() : spec.linux().namespaces();
    }

    /** A path inside a root, without symbolic links: what the mount table calls it. None leads out of the root. */
    static String resolve(Path root, String path) throws IOException {
        Deque<String> rest = new ArrayDeque<>(parts(path));
        Path done = Path.of("/");
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (part.equals("..")) {
                Path above = done.getParent();
                done = above == null ? done : above;
                continue;
            }
            Path at = root.resolve(Path.of("/").relativize(done.resolve(part)).toString());
            if (!Files.isSymbolicLink(at)) {
                done = done.resolve(part);
                continue;
            }
            if (++links > MAXIMUM_LINKS) {
                throw new IOException("\"%s\" goes through more than %d symbolic links in \"%s\""
                        .formatted(path, MAXIMUM_LINKS, root));
            }
            String target = Files.readSymbolicLink(at).toString();
            if (target.startsWith("/")) {
                done = Path.of("/");
            }
            parts(target).reversed().forEach(rest::push);
        }
        return done.toString();
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }
}
