package dev.ferry.criu.bundle;

import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.ProtocolBroken;
import dev.ferry.criu.Refusal;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.AbandonedCriu;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.preflight.Allowance;
import dev.ferry.criu.preflight.Obstacle;
import dev.ferry.criu.preflight.Preflight;
import dev.ferry.criu.preflight.Verdict;
import dev.ferry.criu.rpc.CriuOptions;
import dev.ferry.criu.rpc.CriuOptions.Flag;
import dev.ferry.criu.rpc.CriuOptions.NetworkLock;
import dev.ferry.criu.rpc.CriuOptions.Text;
import dev.ferry.criu.rpc.CriuProcess;
import dev.ferry.criu.rpc.Notification;
import dev.ferry.criu.rpc.NotificationHandler;
import dev.ferry.criu.rpc.PagemapImages;
import dev.ferry.runtime.bundle.BundleCheckpoints;
import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.container.CriuChild;
import dev.ferry.runtime.container.CriuLaunch;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.mount.MountTable;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code checkpoint}. The commit point is the answer to post-dump: before it everything is on the disk, if the container is to end;
 * behind it the images stay, whatever fails.
 */
final class BundleDump {
    /** The key that stands for a namespace which is handed over; runc's word. */
    static final String NETWORK = "extRootNetNS";

    /** Devices that a new network namespace has by itself, some with modules of tunnels only. */
    private static final Set<String> KERNELS =
            Set.of("lo", "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0");

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);
    private static final Duration FREEZES_WITHIN = Duration.ofSeconds(10);

    private final BundleCheckpoints.Running container;
    private final CheckpointFlags flags;
    private final CriuCheckpoints.Tools tools;
    private final ImageDirectory images;
    private boolean committed;
    private boolean served;
    private @Nullable PageRelay relay;
    private int criu;

    BundleDump(BundleCheckpoints.Running container, CheckpointFlags flags, CriuCheckpoints.Tools tools) {
        this.container = container;
        this.flags = flags;
        this.tools = tools;
        this.images = new ImageDirectory(flags.images());
    }

    void run() throws CriuException, SpawnException, RuntimeRefused, IOException {
        Joining joining = Joining.of(container.spec());
        Optional<PidFd> opened = container.init().open();
        if (opened.isEmpty()) {
            throw new RuntimeRefused("container \"%s\" has ended; see \"state\"".formatted(container.id()));
        }
        try (PidFd init = opened.get()) {
            boolean paused = container.cgroup().isFrozen();
            boolean kept = false;
            if (flags.has(Switch.LAZY_PAGES)) {
                LazyPages.requireRoom(Path.of("/proc"));
            }
            try (PageRelay listening =
                    flags.has(Switch.LAZY_PAGES) ? PageRelay.at(flags.pages().orElseThrow()) : null) {
                relay = listening;
                images.clear();
                dump(init, joining, paused);
                kept = true;
            } finally {
                relay = null;
                // whoever fetches pages reads these images
                if (kept || committed || served) {
                    images.keep();
                } else {
                    images.bringBack();
                }
            }
            if (ends()) {
                awaitEnd(init);
            }
        }
    }

    private boolean ends() {
        return !flags.has(Switch.LEAVE_RUNNING) && !flags.has(Switch.PRE_DUMP);
    }

    private void dump(PidFd init, Joining joining, boolean paused)
            throws CriuException, SpawnException, RuntimeRefused, IOException {
        var launch = new CriuLaunch(tools.command(), tools.runCache(flags), Optional.of(images.path()), flags.work());
        Files.deleteIfExists(log());
        try (CriuChild child = tools.criu().dumping(launch);
                CriuProcess process = new CriuProcess(child.rpc(), child.pid(), log(), container.cgroup()::thaw)) {
            AbandonedCriu.note(Files.createDirectories(note()), child.pid());
            criu = child.pid();
            CriuOptions options = options(child, joining, paused);
            refuseObstacles(paused);
            try {
                converse(process, options, init);
            } finally {
                if ((paused || holds()) && !(committed && ends())) {
                    // CRIU that was killed, or gave up, may have let it go on
                    container.cgroup().freeze(FREEZES_WITHIN).keepFrozen();
                }
            }
        } finally {
            AbandonedCriu.forget(note());
            Files.deleteIfExists(LazyPages.configuration(flags.work()));
        }
        if (!ends()) {
            images.sync();
        }
    }

    private Path note() {
        return container.directory().resolve(BundleCheckpoints.CRIU);
    }

    private Duration deadline() {
        return flags.has(Switch.LAZY_PAGES) ? LazyPages.PATIENCE : CheckpointOptions.DEFAULT.deadline();
    }

    /**
     * Whether it stands still besides CRIU: from the moment its pages are served it may run elsewhere, and CRIU lets go of it when it gives
     * up.
     */
    private boolean holds() {
        return served && ends();
    }

    private void converse(CriuProcess process, CriuOptions options, PidFd init)
            throws CriuException, RuntimeRefused, IOException {
        NotificationHandler handler = (notification, descriptors) -> answer(notification, init);
        try {
            if (flags.has(Switch.PRE_DUMP)) {
                process.preDump(options, CheckpointOptions.DEFAULT.deadline(), handler);
            } else {
                process.dump(options, deadline(), handler);
            }
            if (holds()) {
                committed = true;
                // a frozen process takes its end when it thaws; sent the signal before, it comes to nothing of its own
                // any more
                container.cgroup().kill();
            }
        } catch (CriuCrashed e) {
            process.kill();
            requireFetched(e);
            container.cgroup().thaw();
            requireEnded(e, init);
        } catch (CriuException e) {
            requireFetched(e);
            requireEnded(e, init);
        }
    }

    /** Not even a dead one here says that the other has everything. */
    private void requireFetched(CriuException failure) throws RuntimeRefused {
        if (holds()) {
            throw new RuntimeRefused(
                    "the pages of \"%s\" were not all fetched, and it is paused, since what was made of it elsewhere may run; \"delete\" that and \"resume\" this one, or \"delete --force\" it; %s; log: %s"
                            .formatted(container.id(), detail(failure), log()),
                    failure);
        }
    }

    /** What fails between the answer and CRIU's own end is no failure if its work is done. */
    private void requireEnded(CriuException failure, PidFd init) throws CriuException, IOException {
        if (!committed || !init.awaitExit(ENDS_WITHIN)) {
            committed = false;
            throw failure;
        }
    }

    /** What its text would say of causes and remedies is said of hosts that could not begin. */
    private String detail(CriuException failure) {
        Optional<String> known = relay == null ? Optional.empty() : relay.failure();
        if (known.isPresent()) {
            return known.get();
        }
        return failure instanceof CriuRefused refused
                ? "criu: " + refused.logLine()
                : String.valueOf(failure.getMessage());
    }

    private void awaitEnd(PidFd init) throws IOException {
        // the signal that ends a frozen process of version 1 is taken when it goes on
        container.cgroup().thaw();
        if (!init.awaitExit(ENDS_WITHIN)) {
            throw new IOException(
                    "the checkpoint is in \"%s\", and process %d has not ended within %d s; end it with \"kill\" and do not let it run on beside what is restored"
                            .formatted(images.path(), init.pid(), ENDS_WITHIN.toSeconds()));
        }
    }

    private boolean answer(Notification notification, PidFd init) throws IOException {
        if (notification instanceof Notification.PostDump) {
            byte[] unread = unread(init);
            if (unread.length > 0) {
                images.writeUnread(unread);
            }
            images.writeDescriptors(container.descriptors());
            if (ends()) {
                images.sync();
                committed = !flags.has(Switch.LAZY_PAGES);
            }
        }
        if (notification instanceof Notification.StatusReady) {
            served = true;
            if (holds()) {
                container.cgroup().freeze(FREEZES_WITHIN).keepFrozen();
            }
            serve();
            flags.ready().ifPresent(LazyPages::tell);
        }
        return true;
    }

    private void serve() throws IOException {
        PageRelay listening = relay;
        if (listening == null) {
            throw new AssertionError("pages are served and nobody has asked for it");
        }
        int pid = criu;
        try {
            listening.serve(
                    LazyPages.port(log()),
                    PagemapImages.lazyPages(images.path()),
                    LazyPages.version(log()),
                    () -> end(pid));
        } catch (ProtocolBroken e) {
            throw new IOException("the images of the memory cannot be read: " + e.getMessage(), e);
        }
    }

    /** Nobody is hit but our child, which is reaped later; serving pages, it has no code of its own in the container. */
    private static void end(int criu) {
        try {
            Processes.kill(criu, ProcessConstants.SIGKILL);
        } catch (SyscallException gone) {
            // it has ended, which is what is wanted
        }
    }

    /** CRIU puts nothing back into a pipe that it is given at the restore. */
    private byte[] unread(PidFd init) throws IOException {
        String input = container.descriptors().getFirst();
        Path now = Path.of("/proc", Integer.toString(init.pid()), "fd", "0");
        if (!input.startsWith("pipe:")
                || !Files.isSymbolicLink(now)
                || !input.equals(Files.readSymbolicLink(now).toString())) {
            return new byte[0];
        }
        try (Fd pipe = init.getFd(0)) {
            return Pipe.peek(pipe);
        }
    }

    private Path log() {
        return flags.work().resolve(CheckpointDirectory.DUMP_LOG);
    }

    private void refuseObstacles(boolean paused) throws CriuRefused, IOException {
        var allowance = new Allowance(
                flags.has(Switch.TCP_ESTABLISHED)
                        || ConfigurationFile.of(container.spec()).isPresent(),
                flags.has(Switch.FILE_LOCKS)
                        || ConfigurationFile.of(container.spec()).isPresent(),
                flags.has(Switch.LINK_REMAP)
                        || ConfigurationFile.of(container.spec()).isPresent(),
                CheckpointOptions.DEFAULT_GHOST_LIMIT,
                paused && container.cgroup().mode() != CgroupMode.V2);
        Verdict verdict =
                Preflight.of(container.init().pid(), container.cgroup().pids(), allowance, images.path());
        // what has no room here may have some where it goes
        Optional<Obstacle> first = verdict.obstacles().stream()
                .filter(obstacle ->
                        obstacle.refusal() != Refusal.NO_SPACE || flags.pages().isEmpty())
                .findFirst();
        if (first.isPresent()) {
            Obstacle obstacle = first.get();
            throw new CriuRefused("checkpoint", obstacle.refusal(), obstacle.object(), "", Optional.empty());
        }
    }

    private CriuOptions options(CriuChild child, Joining joining, boolean paused) throws IOException {
        int pid = container.init().pid();
        Optional<String> configuration = ConfigurationFile.of(container.spec());
        boolean connections = flags.has(Switch.TCP_ESTABLISHED) || configuration.isPresent();
        CriuOptions.Builder options = CriuOptions.builder(
                        child.imagesDirectory().orElseThrow().number())
                .workDirectory(child.workDirectory().number())
                .pid(pid)
                .logFile(CheckpointDirectory.DUMP_LOG)
                .with(Switches.ofDump(flags).toArray(Flag[]::new))
                .cgroupsMode(mode(flags))
                .ghostLimit(CheckpointOptions.DEFAULT_GHOST_LIMIT)
                .emptyNetwork(leavesNetworkOut(pid))
                .networkLock(connections ? NetworkLock.NFTABLES : NetworkLock.SKIP);
        if (flags.has(Switch.LAZY_PAGES)) {
            // the relay listens there, and CRIU at some port of its own
            options.pageServer(LazyPages.LOOPBACK, 0);
            configuration = Optional.of(
                    LazyPages.listenLocally(flags.work(), configuration).toString());
        } else {
            flags.pages().ifPresent(server -> options.pageServer(server.address(), server.port()));
        }
        flags.parent().ifPresent(parent -> options.text(Text.PARENT, parent));
        configuration.ifPresent(file -> options.text(Text.CONFIG_FILE, file));
        if (joining.network().isPresent()) {
            String name = Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "ns", "net"))
                    .toString();
            options.external(name.replace(":", "") + ":" + NETWORK);
        }
        Path root = Path.of("/proc", Integer.toString(pid), "root");
        for (String place :
                OutsideMounts.of(container.spec(), container.cgroup(), root).keySet()) {
            options.external("mnt[" + place + "]:" + place);
        }
        for (String place : OutsideMounts.hiddenByHost(container.spec(), MountTable.of(pid))) {
            options.external("mnt[" + place + "]:" + OutsideMounts.NOTHING);
        }
        Cgroup cgroup = container.cgroup();
        // CRIU thaws the group that it was given when it gives up, which is what a container that is handed over must
        // not depend on
        boolean thaws = flags.has(Switch.LAZY_PAGES) && ends();
        if (paused || (cgroup.mode() == CgroupMode.V2 && !thaws)) {
            options.freezeCgroup(cgroup.freezerDirectory().toString());
        }
        return options.build();
    }

    static CriuOptions.CgroupsMode mode(CheckpointFlags flags) {
        return switch (flags.cgroups()) {
            case SOFT -> CriuOptions.CgroupsMode.SOFT;
            case FULL -> CriuOptions.CgroupsMode.FULL;
            case STRICT -> CriuOptions.CgroupsMode.STRICT;
            case IGNORE -> CriuOptions.CgroupsMode.IGNORE;
        };
    }

    /** Devices that somebody has put into a network are put into the next one by the same, as a hook does; CRIU would make others. */
    private boolean leavesNetworkOut(int pid) throws IOException {
        if (flags.has(Switch.EMPTY_NETWORK)) {
            return true;
        }
        if (!Joining.hasOwnNetwork(container.spec())) {
            return false;
        }
        List<String> table = Files.readAllLines(Path.of("/proc", Integer.toString(pid), "net", "dev"));
        // two lines of headings, then one for each device
        return table.stream()
                .skip(2)
                .map(line -> line.strip().split(":", 2)[0])
                .anyMatch(name -> !KERNELS.contains(name));
    }
}
