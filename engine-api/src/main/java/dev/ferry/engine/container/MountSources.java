package dev.ferry.engine.container;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.volume.VolumeOptions;
import dev.ferry.engine.volume.VolumeRecord;
import dev.ferry.engine.volume.VolumeService;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.mount.RootView;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.store.snapshot.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where what is attached to containers really lies.
 *
 * <p>Another container with the same volume can exchange the names on the way to a part of it for links. So the part is opened inside the
 * volume, and what the descriptor stands for is bound to a place of the engine's own, which init mounts from: by the time that it does, the
 * name could mean something else, and a descriptor of this mount namespace means nothing in its own (open_tree(2) answers EINVAL). The place is
 * taken away as soon as the container runs; an engine that dies before leaves it to the next one.
 */
final class MountSources {
    private static final Logger LOG = LoggerFactory.getLogger(MountSources.class);

    private final VolumeService volumes;
    private final Path places;
    private final Map<ContainerId, List<Path>> parts = new ConcurrentHashMap<>();
    private final Set<ContainerId> mounted = ConcurrentHashMap.newKeySet();

    /**
     * Of those volumes.
     *
     * @param places where parts of volumes are bound for a moment; emptied here
     */
    MountSources(VolumeService volumes, Path places) {
        this.volumes = volumes;
        this.places = places;
        try {
            Files.createDirectories(places);
            try (var left = Files.newDirectoryStream(places)) {
                left.forEach(MountSources::leave);
            }
        } catch (IOException e) {
            throw new Failed("engine.run", "\"" + places + "\" cannot be used: " + e.getMessage(), e);
        }
    }

    /** Makes sure that everything is there, and says how it is mounted. Preconditions: on the lane. */
    List<Mount> prepare(ContainerRecord record) throws IOException {
        release(record);
        List<Path> opened = new ArrayList<>();
        parts.put(record.id(), opened);
        List<Mount> mounts = new ArrayList<>();
        for (Attachment each : record.attachments()) {
            mounts.add(each.isVolume() ? volume(each, opened) : ofHost(each));
        }
        mounted.add(record.id());
        for (Attachment each : record.attachments()) {
            if (each.isVolume()) {
                volumes.tell(
                        each.volume(),
                        "mount",
                        Map.of(
                                "container", record.id().text(),
                                "destination", each.destination(),
                                "propagation", each.propagation(),
                                "read/write", Boolean.toString(!each.readOnly())));
            }
        }
        return mounts;
    }

    /** Takes the places away that init has mounted from. */
    void settled(ContainerId id) {
        List<Path> opened = parts.remove(id);
        if (opened != null) {
            opened.forEach(MountSources::leave);
        }
    }

    /** Lets go of everything that {@link #prepare} has made. Does nothing the second time. */
    void release(ContainerRecord record) {
        settled(record.id());
        if (mounted.remove(record.id())) {
            for (Attachment each : record.attachments()) {
                if (each.isVolume()) {
                    volumes.tell(
                            each.volume(),
                            "unmount",
                            Map.of("container", record.id().text()));
                }
            }
        }
    }

    private static void leave(Path place) {
        try {
            if (Node.of(place).isPresent()) {
                Mounts.unmount(place, MountFlags.MNT_DETACH);
            }
        } catch (IOException e) {
            LOG.debug("nothing is mounted at \"{}\"", place, e); // an engine died before it came to that
        }
        try {
            Files.deleteIfExists(place);
        } catch (IOException e) {
            LOG.warn("\"{}\" stays behind: {}", place, e.getMessage());
        }
    }

    /** Deletes the volumes that were made for a container alone. Preconditions: the container is gone. */
    void removeAnonymous(ContainerRecord record) {
        for (Attachment each : record.attachments()) {
            if (each.isVolume() && each.anonymous()) {
                try {
                    volumes.remove(each.volume());
                } catch (Conflict | NotFound e) {
                    LOG.debug("volume {} stays", each.volume(), e); // another container has it, or somebody was faster
                }
            }
        }
    }

    /** Whether there is a volume of that name. */
    boolean has(String volume) {
        return volumes.find(volume).isPresent();
    }

    /** What a container that does not run would see if it ran, what is above first; what is not there is left out. */
    List<RootView.Visible> visible(ContainerRecord record) {
        List<RootView.Visible> visible = new ArrayList<>();
        for (Attachment each : record.attachments()) {
            Path source = Path.of(each.source());
            boolean readOnly = each.readOnly();
            if (each.isVolume()) {
                VolumeRecord volume = volumes.find(each.volume()).orElse(null);
                if (volume == null || !each.subpath().isEmpty() || isMemory(volume)) {
                    continue;
                }
                source = volumes.data(volume);
            }
            if (Files.exists(source)) {
                visible.add(new RootView.Visible(source, each.destination(), readOnly));
            }
        }
        visible.sort(Comparator.comparing(RootView.Visible::destination));
        return visible;
    }

    private static boolean isMemory(VolumeRecord volume) {
        return VolumeOptions.of(volume.name(), volume.options()) instanceof VolumeOptions.Memory;
    }

    private Mount volume(Attachment attachment, List<Path> opened) throws IOException {
        VolumeRecord volume = volumes.require(attachment.volume());
        return switch (VolumeOptions.of(volume.name(), volume.options())) {
            case VolumeOptions.Memory memory -> {
                List<String> options = new ArrayList<>(List.of("nosuid", "nodev"));
                options.addAll(memory.options());
                if (attachment.readOnly()) {
                    options.add("ro");
                }
                yield new Mount(attachment.destination(), "tmpfs", "tmpfs", options);
            }
            case VolumeOptions.Bound bound -> {
                if (!Files.isDirectory(Path.of(bound.device()))) {
                    throw new IOException("failed to mount local volume " + volume.name() + ": \"" + bound.device()
                            + "\" is no directory of the host: make it, or remove the volume");
                }
                yield part(volume, bound.readOnly() ? attachment.takenOver(true) : attachment, opened);
            }
            case VolumeOptions.Own own -> part(volume, attachment, opened);
        };
    }

    private Mount part(VolumeRecord volume, Attachment attachment, List<Path> opened) throws IOException {
        if (attachment.subpath().isEmpty()) {
            return attachment.toMount(volumes.data(volume).toString());
        }
        Path place = places.resolve(VolumeService.randomName());
        try (Fd part = volumes.openPart(volume, attachment.subpath())) {
            if (Node.of(part).isDirectory()) {
                Files.createDirectory(place);
            } else {
                Files.createFile(place);
            }
            opened.add(place);
            Mounts.bind(OpenNodes.path(part), place, true);
            return attachment.toMount(place.toString());
        } catch (IOException e) {
            throw new IOException(
                    "cannot access path " + volumes.data(volume).resolve(attachment.subpath()) + " of volume "
                            + volume.name() + ": " + e.getMessage(),
                    e);
        }
    }

    private static Mount ofHost(Attachment attachment) throws IOException {
        Path source = Path.of(attachment.source());
        if (!Files.exists(source)) {
            if (!attachment.create()) {
                throw new InvalidRequest(
                        "container.bind",
                        "invalid mount config for type \"bind\": bind source path does not exist: "
                                + attachment.source());
            }
            Files.createDirectories(source);
        }
        return attachment.toMount(attachment.source());
    }
}
