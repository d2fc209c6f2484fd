package dev.ferry.criu.bundle;

import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.AbandonedCriu;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.rpc.CriuOptions;
import dev.ferry.criu.rpc.CriuOptions.Flag;
import dev.ferry.criu.rpc.CriuOptions.NetworkLock;
import dev.ferry.criu.rpc.CriuOptions.Text;
import dev.ferry.criu.rpc.CriuProcess;
import dev.ferry.criu.rpc.Notification;
import dev.ferry.runtime.bundle.BundleCheckpoints;
import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.container.CriuChild;
import dev.ferry.runtime.container.CriuLaunch;
import dev.ferry.runtime.container.RuntimeCriu;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code restore}. The commit point is the answer to post-restore: who the new init is was written down before it, and nothing of
 * the container has run.
 */
final class BundleRestore {
    private static final String LOG = "restore.log";

    private final BundleCheckpoints.Gone container;
    private final CheckpointFlags flags;
    private final BundleCheckpoints.Witness witness;
    private final CriuCheckpoints.Tools tools;
    private final ImageDirectory images;
    private @Nullable UnixSocket console;
    private @Nullable LazyDaemon pages;
    private int born;

    BundleRestore(
            BundleCheckpoints.Gone container,
            CheckpointFlags flags,
            BundleCheckpoints.Witness witness,
            CriuCheckpoints.Tools tools) {
        this.container = container;
        this.flags = flags;
        this.witness = witness;
        this.tools = tools;
        this.images = new ImageDirectory(flags.images());
    }

    int run() throws CriuException, SpawnException, RuntimeRefused, IOException {
        images.requireImages();
        Map<Integer, String> streams = streams(images.descriptors());
        Joining joining = Joining.of(container.spec());
        Map<String, Path> mounts = sources();
        Path mountPoint = Files.createDirectories(container.directory().resolve("rootfs"));
        var root = new RuntimeCriu.Root(container.root(), mountPoint, places(mounts));
        var launch = new CriuLaunch(tools.command(), Optional.empty(), Optional.of(images.path()), flags.work());
        Files.deleteIfExists(log());
        boolean done = false;
        try (LazyDaemon daemon = flags.has(Switch.LAZY_PAGES) ? LazyDaemon.in(flags.work()) : null) {
            pages = daemon;
            try {
                converse(launch, root, streams, joining, mounts);
                if (daemon != null) {
                    daemon.awaitPages();
                }
                done = true;
                return born;
            } finally {
                pages = null;
                if (!done) {
                    // while the daemon's descriptors are held: nobody sees zeros
                    reap();
                }
            }
        }
    }

    private void converse(
            CriuLaunch launch,
            RuntimeCriu.Root root,
            Map<Integer, String> streams,
            Joining joining,
            Map<String, Path> mounts)
            throws CriuException, SpawnException, RuntimeRefused, IOException {
        try (UnixSocket socket = connect();
                CriuChild child = tools.criu().restoring(launch, root, cgroups(), streams.keySet(), joining.network());
                CriuProcess process = new CriuProcess(child.rpc(), child.pid(), log(), CriuProcess.Release.NONE)) {
            AbandonedCriu.note(Files.createDirectories(note()), child.pid());
            console = socket;
            replay(streams);
            restore(process, options(child, root.mountPoint(), streams, joining, mounts));
        } finally {
            console = null;
            AbandonedCriu.forget(note());
        }
    }

    /** Who restores without a look at cgroups restores into its own. */
    private RuntimeCriu.Cgroups cgroups() {
        return flags.cgroups() == CheckpointFlags.CgroupsMode.IGNORE
                ? new RuntimeCriu.Cgroups(
                        container.cgroup().procsFiles(), OutsideMounts.hasOwnCgroups(container.spec()))
                : RuntimeCriu.Cgroups.NONE;
    }

    private @Nullable UnixSocket connect() throws RuntimeRefused {
        if (container.console().isEmpty()) {
            return null;
        }
        Path path = container.console().get();
        try {
            return UnixSocket.connect(path);
        } catch (SyscallException e) {
            throw new RuntimeRefused(
                    "--console-socket \"%s\" takes no connection: %s; let somebody listen there"
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    private Path note() {
        return container.directory().resolve(BundleCheckpoints.CRIU);
    }

    private void restore(CriuProcess process, CriuOptions options) throws CriuException, IOException {
        try {
            born = process.restore(options, CheckpointOptions.DEFAULT.deadline(), this::answer);
        } catch (CriuCrashed e) {
            process.kill();
            throw e;
        }
    }

    private boolean answer(Notification notification, List<Fd> descriptors) throws IOException {
        switch (notification) {
            case Notification.SetupNamespaces made -> {
                born = made.pid();
                witness.namespacesMade(made.pid());
            }
            case Notification.OrphanPtsMaster terminal -> {
                UnixSocket socket = console;
                if (descriptors.isEmpty() || socket == null) {
                    throw new IOException(
                            "the checkpoint has a terminal, and process.terminal of the configuration is not set; set it");
                }
                socket.send(new byte[] {0}, descriptors.getFirst());
            }
            case Notification.PostRestore everything -> {
                born = everything.pid();
                LazyDaemon daemon = pages;
                if (daemon != null) {
                    daemon.hold();
                }
                witness.restored(everything.pid());
            }
            default -> {
                // nothing of ours depends on it
            }
        }
        return true;
    }

    /** CRIU ends what it has made when it gives up; one that was killed has not. Ours to reap, since it is our child. */
    private void reap() throws IOException {
        if (born <= 0) {
            return;
        }
        try {
            Processes.kill(born, ProcessConstants.SIGKILL);
            WaitPid.await(born);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH) && !e.is(Errno.ECHILD)) {
                throw e;
            }
        }
    }

    private Path log() {
        return flags.work().resolve(LOG);
    }

    /** Standard descriptors that were pipes of the caller's, by number: ours take their places. One pipe at two numbers is one. */
    private static Map<Integer, String> streams(List<String> descriptors) {
        Map<Integer, String> streams = new LinkedHashMap<>();
        for (int fd = 0; fd < Math.min(3, descriptors.size()); fd++) {
            String name = descriptors.get(fd);
            if (name.startsWith("pipe:") && !streams.containsValue(name)) {
                streams.put(fd, name);
            }
        }
        return streams;
    }

    /** Puts input that was unread at the checkpoint before what is to come. pipe(7): a pipe can be opened through /proc */
    private void replay(Map<Integer, String> streams) throws RuntimeRefused, IOException {
        byte[] unread = images.unread();
        if (unread.length == 0 || !streams.containsKey(0)) {
            return;
        }
        Path input = Path.of("/proc/self/fd/0");
        if (!Files.readSymbolicLink(input).toString().startsWith("pipe:")) {
            throw new RuntimeRefused(
                    "the checkpoint holds %d bytes of input that were not read yet, and standard input is no pipe to put them in; give it a pipe"
                            .formatted(unread.length));
        }
        try (Fd writing = OpenFiles.open(input, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK)) {
            OpenFiles.writeFully(writing, unread);
        }
    }

    /** Sources without symbolic links: CRIU cannot mount through them. */
    private Map<String, Path> sources() throws RuntimeRefused, IOException {
        Map<String, Path> sources = new LinkedHashMap<>();
        Map<String, Path> mounts = OutsideMounts.of(container.spec(), container.cgroup(), container.root());
        for (Map.Entry<String, Path> mount : mounts.entrySet()) {
            if (!Files.exists(mount.getValue())) {
                throw new RuntimeRefused("the source \"%s\" of the mount at \"%s\" does not exist; make it"
                        .formatted(mount.getValue(), mount.getKey()));
            }
            sources.put(mount.getKey(), mount.getValue().toRealPath());
        }
        // for the images of runc, whose files are hidden behind it
        sources.put(OutsideMounts.NOTHING, Path.of(OutsideMounts.NOTHING));
        return sources;
    }

    /** Where something will be mounted into the root itself; what lies inside of another mount comes with that one. */
    private List<RuntimeCriu.Place> places(Map<String, Path> sources) throws IOException {
        List<String> all = new ArrayList<>();
        for (Mount mount : container.spec().mounts()) {
            all.add(OutsideMounts.resolve(container.root(), mount.destination()));
        }
        List<RuntimeCriu.Place> places = new ArrayList<>();
        for (String path : all) {
            boolean inside = all.stream().anyMatch(other -> path.startsWith(other + "/"));
            if (!inside && !path.equals("/")) {
                Path source = sources.get(path);
                places.add(new RuntimeCriu.Place(path, source == null || Files.isDirectory(source)));
            }
        }
        return places;
    }

    private CriuOptions options(
            CriuChild child, Path mountPoint, Map<Integer, String> streams, Joining joining, Map<String, Path> mounts)
            throws IOException {
        Optional<String> configuration = ConfigurationFile.of(container.spec());
        boolean connections = flags.has(Switch.TCP_ESTABLISHED) || configuration.isPresent();
        boolean empty = flags.has(Switch.EMPTY_NETWORK)
                || (Joining.hasOwnNetwork(container.spec()) && !images.hasNetworkDevices());
        CriuOptions.Builder options = CriuOptions.builder(
                        child.imagesDirectory().orElseThrow().number())
                .workDirectory(child.workDirectory().number())
                .logFile(LOG)
                .root(mountPoint.toString())
                .with(Switches.ofRestore(flags).toArray(Flag[]::new))
                .cgroupsMode(BundleDump.mode(flags))
                .emptyNetwork(empty)
                .networkLock(connections ? NetworkLock.NFTABLES : NetworkLock.SKIP);
        // one entry for each controller: a root for all of them would make CRIU copy the host's tree below it
        container.cgroup().controllers().forEach(options::cgroupRoot);
        streams.forEach((number, name) -> options.inherit(name, RuntimeCriu.standard(number)));
        if (joining.network().isPresent()) {
            options.inherit(BundleDump.NETWORK, RuntimeCriu.NETWORK);
        }
        joining.joined().forEach(options::join);
        mounts.forEach((place, source) -> options.external("mnt[" + place + "]:" + source));
        configuration.ifPresent(file -> options.text(Text.CONFIG_FILE, file));
        flags.lsmProfile().ifPresent(profile -> options.text(Text.LSM_PROFILE, profile));
        flags.lsmMountContext().ifPresent(context -> options.text(Text.LSM_MOUNT_CONTEXT, context));
        return options.build();
    }
}
