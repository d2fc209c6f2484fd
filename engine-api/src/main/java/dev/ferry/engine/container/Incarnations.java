package dev.ferry.engine.container;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.network.NetworkService;
import dev.ferry.engine.volume.VolumeService;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.cgroup.LimitRefused;
import dev.ferry.runtime.cgroup.LimitUnsupported;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.mount.RootView;
import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.seccomp.SeccompCompiler;
import dev.ferry.runtime.seccomp.SeccompException;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.store.content.Digest;
import dev.ferry.store.snapshot.SnapshotException;
import dev.ferry.store.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one life of a container stands on: root file system, cgroup, network namespace, configuration, filter. Made before a start or a
 * restore, taken away after the end.
 */
public final class Incarnations {

    private static final Logger LOG = LoggerFactory.getLogger(Incarnations.class);
    private static final Duration CGROUP_DEADLINE = Duration.ofSeconds(5);

    private final Snapshotter snapshots;
    private final CgroupHierarchies hierarchies;
    private final String cgroupParent;
    private final NetworkService networks;
    private final SeccompCompiler seccomp;
    private final SpecAssembly assembly;
    private final Runtimes runtimes;
    private final MountSources sources;

    /**
     * From the parts of this host.
     *
     * @param cgroupParent below which cgroup containers go that name none
     * @param places where parts of volumes are bound until init has mounted them
     */
    public Incarnations(
            Snapshotter snapshots,
            CgroupHierarchies hierarchies,
            String cgroupParent,
            NetworkService networks,
            SeccompCompiler seccomp,
            SpecAssembly assembly,
            Runtimes runtimes,
            VolumeService volumes,
            Path places) {
        this.snapshots = snapshots;
        this.hierarchies = hierarchies;
        this.cgroupParent = cgroupParent;
        this.networks = networks;
        this.seccomp = seccomp;
        this.assembly = assembly;
        this.runtimes = runtimes;
        this.sources = new MountSources(volumes, places);
    }

    /** Everything that the runtime needs. */
    public record Ground(
            Spec spec,
            RootFilesystem root,
            Optional<SeccompFilter> filter,
            Cgroup cgroup,
            Path directory,
            Path log,
            Optional<Path> network) {}

    /**
     * Makes the ground for the incarnation that the record names. When it fails, nothing stays but the network namespace, which
     * belongs to the container.
     */
    public Ground prepare(Container container, ContainerRecord record) {
        return prepare(container, record, NetworkService.Way.START);
    }

    /** The same for a restore: nothing reaches the container before {@link #connect}. */
    public Ground prepareRestore(Container container, ContainerRecord record) {
        return prepare(container, record, NetworkService.Way.RESTORE);
    }

    private Ground prepare(Container container, ContainerRecord record, NetworkService.Way way) {
        try {
            Path directory = container.incarnation(record.incarnation());
            deleteTree(directory);
            Files.createDirectories(directory);
            List<Mount> attached = sources.prepare(record);
            RootFilesystem.Overlay root = root(record);
            Optional<Path> network =
                    networks.ensure(record.id().text(), record.name(), record.config(), record.host(), way);
            CgroupPath path = cgroupPath(record);
            Spec spec = assembly.assemble(record, accounts(root), network, path.value(), attached);
            InitFile.write(root.upper(), record, spec);
            LinuxResources limits = limits(spec);
            Optional<SeccompFilter> filter = Optional.empty();
            if (Runtimes.isBuiltIn(record.host())) {
                filter = filter(spec);
            } else if (spec.linux() != null) {
                // it sets the limits once more, and would refuse one that this host has no way to keep
                spec = spec.withLinux(spec.linux().withResources(limits));
            }
            Files.write(directory.resolve("config.json"), OciJson.write(spec));
            Cgroup cgroup = hierarchies.create(path, limits);
            return new Ground(spec, root, filter, cgroup, directory, container.log(), network);
        } catch (LimitUnsupported e) {
            throw new Unsupported("container.limit", String.valueOf(e.getMessage()), e);
        } catch (LimitRefused e) {
            throw new InvalidRequest("container.limit", String.valueOf(e.getMessage()), e);
        } catch (SeccompException e) {
            throw new Unsupported(
                    "container.seccomp",
                    e.getMessage() + "; install libseccomp, or use --security-opt seccomp=unconfined",
                    e);
        } catch (SnapshotException e) {
            throw new Failed(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("container.prepare", "cannot prepare container: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("container.config", String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Makes the filter that most containers get, so that the first one does not wait for it: reading the profile and compiling it takes
     * longer than all of a start.
     */
    public void warmUp() {
        try {
            filter(assembly.usual());
        } catch (SeccompException | EngineException e) {
            LOG.debug("no filter of the default profile", e);
        }
    }

    /** The configuration that the present incarnation was made with. */
    public Spec spec(Container container) {
        Path file = container.incarnation(container.record().incarnation()).resolve("config.json");
        try {
            return OciJson.readSpec(file);
        } catch (IOException | InvalidSpec e) {
            throw new Failed("state.read", "cannot read \"" + file + "\": " + e.getMessage(), e);
        }
    }

    /** The present incarnation's filter. */
    public Optional<SeccompFilter> filter(Spec spec) throws SeccompException {
        return spec.linux() == null || spec.linux().seccomp() == null
                ? Optional.empty()
                : Optional.of(seccomp.compile(spec.linux().seccomp()));
    }

    /** The present incarnation's cgroup, whether it exists or not. */
    public Cgroup cgroup(ContainerRecord record) {
        return hierarchies.open(cgroupPath(record));
    }

    /** The container's root file system. */
    public RootFilesystem.Overlay root(ContainerRecord record) throws SnapshotException, IOException {
        return snapshots.prepare(
                record.id().text(), record.layers().stream().map(Digest::parse).toList());
    }

    /** The users and groups that a container's own files name now. */
    public Accounts accounts(RootFilesystem.Overlay root) throws IOException {
        return Accounts.of(text(root, "passwd"), text(root, "group"));
    }

    /**
     * Takes away what an ended incarnation leaves: at another runtime, its cgroup, its namespace. Failures are logged; a new engine tries
     * again.
     */
    public void release(ContainerRecord record) {
        runtimes.release(record);
        sources.release(record);
        if (record.incarnation() > 0) {
            deleteCgroup(cgroup(record));
        }
        try {
            networks.remove(record.id().text());
        } catch (IOException e) {
            LOG.warn("network namespace of container {} stays behind: {}", record.id(), e.getMessage());
        }
    }

    /** The networks that containers get theirs from. */
    public NetworkService networks() {
        return networks;
    }

    /** Lets the network reach a restored container, whose sockets are back. A failure is logged: CRIU goes on in any case. */
    public void connect(ContainerRecord record) {
        try {
            networks.connect(record.id().text());
        } catch (IOException e) {
            LOG.error("container {} runs without its network; restart it: {}", record.id(), e.getMessage());
        }
    }

    /** Ends whatever a restore that came to nothing has left alive: with the checkpoint there would be two of it. */
    public void end(ContainerRecord record) {
        Cgroup cgroup = cgroup(record);
        try {
            if (cgroup.exists()) {
                cgroup.kill();
            }
        } catch (IOException e) {
            LOG.warn("processes of cgroup {} may stay behind: {}", cgroup.path(), e.getMessage());
        }
    }

    /** The files of a checkpoint that replaced the container's stay. A failure is logged: it costs space. */
    public void keepDelta(ContainerRecord record) {
        try {
            snapshots.keepDelta(record.id().text());
        } catch (IOException e) {
            LOG.warn("former files of container {} stay behind: {}", record.id(), e.getMessage());
        }
    }

    /** The files that the container had before a restore that came to nothing are its files again. */
    public void undoDelta(ContainerRecord record) {
        try {
            snapshots.undoDelta(record.id().text());
        } catch (IOException e) {
            LOG.error(
                    "container {} has the files of a checkpoint, its own are put aside; they come back with the next restore: {}",
                    record.id(),
                    e.getMessage());
        }
    }

    /** Deletes a cgroup that should be empty by now. */
    public static void deleteCgroup(Cgroup cgroup) {
        try {
            cgroup.delete(CGROUP_DEADLINE);
        } catch (IOException e) {
            LOG.warn("cgroup {} stays behind: {}", cgroup.path(), e.getMessage());
        }
    }

    /** Says that a container runs: what was only needed until then goes. */
    void settled(ContainerRecord record) {
        sources.settled(record.id());
    }

    /** What a container that does not run would see of the host and of volumes if it ran. */
    public List<RootView.Visible> visible(ContainerRecord record) {
        return sources.visible(record);
    }

    /** Bytes of the files that a container has written. */
    public long written(ContainerRecord record) throws SnapshotException, IOException {
        root(record);
        return snapshots.size(record.id().text());
    }

    /** Whether there is a volume of that name here. */
    public boolean hasVolume(String name) {
        return sources.has(name);
    }

    /** Deletes the volumes that were made for a container alone. Preconditions: the container is gone. */
    void removeVolumes(ContainerRecord record) {
        sources.removeAnonymous(record);
    }

    /** Removes the writable layer, and gives the address back. */
    void removeRoot(ContainerId id) throws SnapshotException, IOException {
        networks.forget(id.text());
        snapshots.remove(id.text());
    }

    private CgroupPath cgroupPath(ContainerRecord record) {
        String parent = record.host().resources().cgroupParent();
        return new CgroupPath(parent.isEmpty() ? cgroupParent : parent)
                .child(record.id().text() + "." + record.incarnation());
    }

    private LinuxResources limits(Spec spec) {
        LinuxResources wanted = spec.linux() == null || spec.linux().resources() == null
                ? LinuxResources.NONE
                : spec.linux().resources();
        return hierarchies.unsupported(wanted).isEmpty() ? wanted : SpecAssembly.withoutSwap(wanted);
    }

    /** A file of /etc, the uppermost one. Symbolic links are not followed: they could lead out of the container. */
    private static String text(RootFilesystem.Overlay root, String name) throws IOException {
        List<Path> stack = new ArrayList<>();
        stack.add(root.upper());
        stack.addAll(root.lower());
        for (Path layer : stack) {
            Path etc = layer.resolve("etc");
            Path file = etc.resolve(name);
            if (Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS)
                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) < 1 << 20) {
                return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    /** Deletes a directory of the engine's own with everything in it; one that is not there is no error. */
    public static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> all;
        try (var walk = Files.walk(directory)) {
            all = new ArrayList<>(walk.toList());
        }
        for (Path path : all.reversed()) {
            Files.deleteIfExists(path);
        }
    }
}
