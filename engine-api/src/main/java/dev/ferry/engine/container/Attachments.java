package dev.ferry.engine.container;

import dev.ferry.api.model.container.BindOptions;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Mount;
import dev.ferry.api.model.container.VolumeDriverConfig;
import dev.ferry.api.model.container.VolumeOptions;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.volume.VolumeRecord;
import dev.ferry.engine.volume.VolumeService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settles what a new container sees of the host and of volumes; volumes that are not there are made. In docker's order: what other containers
 * have, then what is asked for by path, then a volume for each path that is only declared.
 */
final class Attachments {
    private final ContainerRegistry registry;
    private final VolumeService volumes;

    Attachments(ContainerRegistry registry, VolumeService volumes) {
        this.registry = registry;
        this.volumes = volumes;
    }

    /**
     * Settles them; every volume is claimed for the container first.
     *
     * @param declared paths of the container or its image that are to be volumes
     * @param made is told of each volume that was made for this container alone, so that a failure can take it back
     */
    List<Attachment> settle(ContainerId id, HostConfig host, Set<String> declared, List<String> made) {
        Map<String, Attachment> settled = new LinkedHashMap<>();
        for (String from : orEmpty(host.volumesFrom())) {
            takeOver(id, from, settled);
        }
        Set<String> asked = new LinkedHashSet<>();
        for (String text : orEmpty(host.binds())) {
            BindSpec bind = BindSpec.parse(text);
            unique(bind.destination(), asked);
            put(
                    settled,
                    bind.isVolume()
                            ? named(id, bind, host.volumeDriver())
                            : Attachment.ofHost(bind, bind.mode(), Attachment.Recursion.ALL));
        }
        for (Mount mount : host.mounts()) {
            unique(mount.target(), asked);
            if (mount.type().equals("bind")) {
                put(settled, Attachment.ofHost(BindSpec.of(mount), "", recursion(mount.bindOptions())));
            } else if (mount.type().equals("volume")) {
                put(settled, volume(id, mount, made));
            }
        }
        host.tmpfs().keySet().forEach(path -> unique(path, asked));
        for (String path : declared) {
            if (!path.startsWith("/")) {
                throw new InvalidRequest(
                        "container.volume", "invalid volume '" + path + "': mount path must be absolute");
            }
            String place = normal(path);
            if (!settled.containsKey(place) && !asked.contains(place) && !place.equals("/")) {
                put(settled, anonymous(id, place, Map.of(), Map.of(), false, true, made));
            }
        }
        return List.copyOf(settled.values());
    }

    /** As records of before had it: files of the host, by the request alone. */
    static List<Attachment> ofHostOnly(HostConfig host) {
        List<Attachment> settled = new ArrayList<>();
        for (BindSpec bind : SpecAssembly.binds(host)) {
            if (!bind.isVolume()) {
                settled.add(Attachment.ofHost(bind, bind.mode(), Attachment.Recursion.WRITABLE_BELOW));
            }
        }
        return settled;
    }

    private void takeOver(ContainerId id, String from, Map<String, Attachment> settled) {
        int colon = from.indexOf(':');
        String reference = colon < 0 ? from : from.substring(0, colon);
        String mode = colon < 0 ? "" : from.substring(colon + 1);
        if (!List.of("", "ro", "rw", "z", "Z").contains(mode)) {
            throw new InvalidRequest("container.volumes-from", "invalid mode for volumes-from: " + mode);
        }
        for (Attachment each : registry.find(reference).record().attachments()) {
            if (each.isVolume()) {
                volumes.claim(each.volume(), id.text());
                volumes.require(each.volume());
            }
            put(settled, each.takenOver(mode.equals("ro")));
        }
    }

    private Attachment named(ContainerId id, BindSpec bind, String driver) {
        volumes.claim(bind.source(), id.text());
        VolumeRecord volume = volumes.create(bind.source(), driver, Map.of(), Map.of());
        return attachment(volume, bind.destination(), bind.readOnly(), false, bind.mode(), bind.copy(), "");
    }

    private Attachment volume(ContainerId id, Mount mount, List<String> made) {
        VolumeOptions options = mount.volumeOptions() == null ? VolumeOptions.empty() : mount.volumeOptions();
        VolumeDriverConfig driver =
                options.driverConfig() == null ? VolumeDriverConfig.empty() : options.driverConfig();
        if (mount.source().isEmpty()) {
            return anonymous(
                    id, mount.target(), options.labels(), driver.options(), mount.readOnly(), !options.noCopy(), made);
        }
        volumes.claim(mount.source(), id.text());
        VolumeRecord volume = volumes.create(mount.source(), driver.name(), driver.options(), options.labels());
        return attachment(volume, mount.target(), mount.readOnly(), false, "z", !options.noCopy(), options.subpath());
    }

    private Attachment anonymous(
            ContainerId id,
            String destination,
            Map<String, String> labels,
            Map<String, String> options,
            boolean readOnly,
            boolean copy,
            List<String> made) {
        String name = VolumeService.randomName();
        volumes.claim(name, id.text());
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.put(VolumeRecord.ANONYMOUS, "");
        VolumeRecord volume = volumes.create(name, "", options, all);
        made.add(name);
        return attachment(volume, destination, readOnly, true, "", copy, "");
    }

    private Attachment attachment(
            VolumeRecord volume,
            String destination,
            boolean readOnly,
            boolean anonymous,
            String mode,
            boolean copy,
            String subpath) {
        return new Attachment(
                volume.name(),
                volumes.mountpoint(volume.name()).toString(),
                normal(destination),
                readOnly,
                anonymous,
                mode,
                "rprivate",
                Attachment.Recursion.ALL,
                false,
                copy,
                subpath);
    }

    private static Attachment.Recursion recursion(@Nullable BindOptions options) {
        if (options == null) {
            return Attachment.Recursion.ALL;
        } else if (options.nonRecursive()) {
            return Attachment.Recursion.NONE;
        }
        return options.readOnlyNonRecursive() ? Attachment.Recursion.WRITABLE_BELOW : Attachment.Recursion.ALL;
    }

    private static void put(Map<String, Attachment> settled, Attachment attachment) {
        settled.put(normal(attachment.destination()), attachment);
    }

    private static void unique(String path, Set<String> asked) {
        if (!asked.add(normal(path))) {
            throw new InvalidRequest("container.mount", "Duplicate mount point: " + path);
        }
    }

    private static String normal(String path) {
        return Path.of(path).normalize().toString();
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }

    /** The paths that a configuration and an image declare to be volumes. */
    static Set<String> declared(ContainerConfig config, Set<String> ofImage) {
        Set<String> paths = new LinkedHashSet<>(ofImage);
        if (config.volumes() != null) {
            paths.addAll(config.volumes().keySet());
        }
        return paths;
    }
}
