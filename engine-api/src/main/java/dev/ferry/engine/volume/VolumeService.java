package dev.ferry.engine.volume;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.event.EventBus;
import dev.ferry.engine.state.StateFile;
import dev.ferry.engine.state.StateUnreadable;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.RootedPaths;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.store.snapshot.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes of this engine. On disk, below the root:
 *
 * <pre>
 * &lt;name&gt;/volume.json   what it is
 * &lt;name&gt;/_data/         what is in it
 * .&lt;digits&gt;/            being made or deleted; emptied when the engine starts
 * </pre>
 *
 * A volume is made aside and renamed to its place, deleted by being renamed aside: a crash leaves it whole or not at all. Who uses it is
 * asked of the containers; those that are just being made have claimed theirs. Any thread may call any method.
 */
public final class VolumeService {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeService.class);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final String DATA = "_data";

    /** Beside what is in a volume: what is about to take its place. An engine that died over it has left the volume empty. */
    public static final String FILLING = ".filling";

    private static final int LONGEST_NAME = 255;

    private final Path root;
    private final EventBus events;
    private final VolumeUse uses;
    private final Map<String, VolumeRecord> volumes = new ConcurrentHashMap<>();

    /** Volume to containers that are being made with it. Guarded by {@link #claiming}. */
    private final Map<String, Set<String>> claims = new LinkedHashMap<>();

    /** Orders claims and removals: what is claimed is not removed. Nothing is done under it but looking; no other lock is taken inside. */
    private final ReentrantLock claiming = new ReentrantLock();

    private VolumeService(Path root, EventBus events, VolumeUse uses) {
        this.root = root;
        this.events = events;
        this.uses = uses;
    }

    /**
     * Reads what is there.
     *
     * @param uses which containers use a volume; asked before one is removed
     */
    public static VolumeService open(Path root, EventBus events, VolumeUse uses) throws IOException {
        VolumeService service = new VolumeService(Files.createDirectories(root), events, uses);
        try (var entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                service.read(entry);
            }
        }
        return service;
    }

    private void read(Path entry) throws IOException {
        String name = String.valueOf(entry.getFileName());
        if (name.startsWith(".")) {
            DirectoryTree.delete(entry);
            return;
        }
        try {
            Optional<VolumeRecord> record = file(entry).read();
            if (record.isPresent() && record.get().name().equals(name)) {
                DirectoryTree.delete(entry.resolve(FILLING));
                volumes.put(name, record.get());
            } else {
                LOG.error("\"{}\" is no volume: it has no record of that name, and is left alone", entry);
            }
        } catch (StateUnreadable e) {
            LOG.error("volume {} is left alone: {}", name, e.getMessage());
        }
    }

    /**
     * Makes a volume, or answers with the one that has the name already.
     *
     * @param asked empty for a name that nobody else has
     */
    public VolumeRecord create(String asked, String driver, Map<String, String> options, Map<String, String> labels) {
        requireDriver(driver, asked);
        boolean anonymous = asked.isEmpty();
        String name = anonymous ? randomName() : checked(asked);
        VolumeRecord known = volumes.get(name);
        if (known != null) {
            return known;
        }
        VolumeOptions.of(name, options);
        Map<String, String> all = new LinkedHashMap<>(labels);
        if (anonymous) {
            all.put(VolumeRecord.ANONYMOUS, "");
        }
        VolumeRecord record = new VolumeRecord(name, Instant.now(), all, options);
        Path aside = aside();
        try {
            Files.createDirectories(aside.resolve(DATA));
            file(aside).write(record);
            Files.move(aside, root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            StateFile.flushDirectory(root);
        } catch (IOException e) {
            discard(aside);
            if (!Files.exists(root.resolve(name))) {
                throw new Failed("volume.create", "create " + name + ": " + e.getMessage(), e);
            }
            return faster(name);
        }
        volumes.put(name, record);
        events.publish("volume", "create", name, Map.of("driver", "local"));
        return record;
    }

    /** What somebody else made of the same name meanwhile. */
    private VolumeRecord faster(String name) {
        try {
            Optional<VolumeRecord> other = file(root.resolve(name)).read();
            if (other.isPresent()) {
                return other.get();
            }
        } catch (IOException e) {
            LOG.debug("volume {}", name, e);
        }
        throw new Conflict(
                "volume.damaged",
                "create " + name + ": \"" + root.resolve(name)
                        + "\" is there and its record cannot be read: move it away, or take another name");
    }

    /** The volume of that name. */
    public Optional<VolumeRecord> find(String name) {
        return Optional.ofNullable(volumes.get(name));
    }

    /** The same, failing when there is none. */
    public VolumeRecord require(String name) {
        VolumeRecord record = volumes.get(name);
        if (record == null) {
            throw new NotFound("volume.unknown", "get " + name + ": no such volume");
        }
        return record;
    }

    /** All, by name. */
    public List<VolumeRecord> list() {
        return volumes.values().stream()
                .sorted(Comparator.comparing(VolumeRecord::name))
                .toList();
    }

    /** The containers that use it, those that are being made too. */
    public List<String> users(String name) {
        claiming.lock();
        try {
            return usersLocked(name);
        } finally {
            claiming.unlock();
        }
    }

    /** Both together: a container that is through being made is asked of before its claim has ended. Preconditions: {@link #claiming} is held. */
    private List<String> usersLocked(String name) {
        Set<String> users = new LinkedHashSet<>(claims.getOrDefault(name, Set.of()));
        users.addAll(uses.of(name));
        return List.copyOf(users);
    }

    /** Keeps volumes of those names from being removed until the container is there, or comes to nothing. */
    public void claim(String name, String container) {
        claiming.lock();
        try {
            claims.computeIfAbsent(name, any -> new HashSet<>()).add(container);
        } finally {
            claiming.unlock();
        }
    }

    /** Ends all claims of a container. */
    public void unclaim(String container) {
        claiming.lock();
        try {
            claims.values().forEach(each -> each.remove(container));
            claims.values().removeIf(Set::isEmpty);
        } finally {
            claiming.unlock();
        }
    }

    /**
     * Deletes a volume with everything in it.
     *
     * @throws Conflict if a container uses it
     */
    public void remove(String name) {
        VolumeRecord record = require(name);
        List<String> users;
        claiming.lock();
        try {
            users = usersLocked(name);
            if (users.isEmpty()) {
                volumes.remove(name); // from here on a claim is too late: the volume is made anew
            }
        } finally {
            claiming.unlock();
        }
        if (!users.isEmpty()) {
            throw new Conflict(
                    "volume.in-use", "remove " + name + ": volume is in use - [" + String.join(", ", users) + "]");
        }
        Path aside = aside();
        try {
            Files.move(root.resolve(name), aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            volumes.put(name, record);
            throw new Failed("volume.remove", "remove " + name + ": " + e.getMessage(), e);
        }
        discard(aside);
        events.publish("volume", "destroy", name, Map.of("driver", "local"));
    }

    /** What a pruning did. */
    public record Pruned(List<String> names, long bytes) {}

    /** Deletes those of the given volumes that nobody uses. */
    public Pruned prune(List<VolumeRecord> candidates) {
        List<String> gone = new ArrayList<>();
        long bytes = 0;
        for (VolumeRecord each : candidates) {
            if (users(each.name()).isEmpty()) {
                long size = size(each);
                try {
                    remove(each.name());
                    gone.add(each.name());
                    bytes += size;
                } catch (Conflict | NotFound e) {
                    LOG.debug("volume {} was claimed or removed while it was to be pruned", each.name(), e);
                }
            }
        }
        events.publish("volume", "prune", "", Map.of("reclaimed", Long.toString(bytes)));
        return new Pruned(gone, bytes);
    }

    /** Tells the world that a container begins or ends to use a volume. */
    public void tell(String name, String action, Map<String, String> attributes) {
        Map<String, String> all = new TreeMap<>(attributes);
        all.put("driver", "local");
        events.publish("volume", action, name, all);
    }

    /** Where what is in a volume lies; for one of another directory, that directory. */
    public Path data(VolumeRecord record) {
        return VolumeOptions.of(record.name(), record.options()) instanceof VolumeOptions.Bound bound
                ? Path.of(bound.device())
                : mountpoint(record.name());
    }

    /** Where a volume's own directory lies, as it is shown. */
    public Path mountpoint(String name) {
        return root.resolve(name).resolve(DATA);
    }

    /** Opens a part of a volume; links in it lead nowhere else. The caller owns the descriptor. */
    public Fd openPart(VolumeRecord record, String subpath) throws IOException {
        try (Fd whole = OpenFiles.open(data(record), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            return RootedPaths.open(whole, subpath, OpenFlags.O_PATH);
        }
    }

    /** Bytes of the files in a volume; 0 for one that is not the engine's own directory. */
    public long size(VolumeRecord record) {
        if (!record.options().isEmpty()) {
            return 0;
        }
        try {
            return DirectoryTree.bytes(mountpoint(record.name()));
        } catch (IOException e) {
            LOG.debug("volume {} cannot be measured", record.name(), e);
            return 0;
        }
    }

    /** Refuses drivers that are plugins. */
    public static void requireDriver(String driver, String volume) {
        if (!driver.isEmpty() && !driver.equals("local")) {
            throw new NotFound(
                    "volume.driver",
                    "create " + volume + ": error looking up volume plugin " + driver + ": plugin \"" + driver
                            + "\" not found");
        }
    }

    /** Refuses what cannot be a name. */
    public static String checked(String name) {
        if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
            throw new InvalidRequest(
                    "volume.name",
                    "create " + name + ": \"" + name + "\" includes invalid characters for a local volume name, only"
                            + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use"
                            + " absolute path");
        }
        return name;
    }

    /** A name for a volume that nobody named. */
    public static String randomName() {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            name.append("%016x".formatted(ThreadLocalRandom.current().nextLong()));
        }
        return name.toString();
    }

    private Path aside() {
        return root.resolve("." + Long.toHexString(ThreadLocalRandom.current().nextLong()));
    }

    private static void discard(Path aside) {
        try {
            DirectoryTree.delete(aside);
        } catch (IOException e) {
            LOG.warn("\"{}\" stays behind until the next start: {}", aside, e.getMessage());
        }
    }

    private static StateFile<VolumeRecord> file(Path directory) {
        return new StateFile<>(directory.resolve("volume.json"), "volume", VolumeRecord.VERSION, VolumeRecord.class);
    }
}
