package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CheckpointAborted;
import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.ProtocolBroken;
import dev.ferry.criu.Refusal;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.archive.ImageFollower;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.criu.preflight.Allowance;
import dev.ferry.criu.preflight.Preflight;
import dev.ferry.criu.preflight.Verdict;
import dev.ferry.criu.rpc.CriuOptions;
import dev.ferry.criu.rpc.CriuOptions.Flag;
import dev.ferry.criu.rpc.CriuOptions.NetworkLock;
import dev.ferry.criu.rpc.CriuProcess;
import dev.ferry.criu.rpc.DumpStatistics;
import dev.ferry.criu.rpc.Notification;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.cgroup.FrozenCgroup;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.CriuChild;
import dev.ferry.runtime.container.CriuLaunch;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One checkpoint, from preflight to the last file.
 *
 * <p>The commit point is the answer to post-dump. Of a container that is to end everything is durable before it: afterwards its memory exists
 * in the checkpoint only. Of one that runs on, the digests and the disk come after the answer: nothing is lost if they fail, and the
 * container stands still for as long as its memory is copied, not for as long as the disk takes.
 */
final class Dump {
    private static final String EXTERNAL_NETWORK = "extRootNetNS";
    private static final Duration SIGNAL_ARRIVES = Duration.ofSeconds(1);
    private static final Duration FREEZE = Duration.ofSeconds(5);

    private final CheckpointRequest request;
    private final CriuProbe criu;
    private final List<String> command;
    private final ContainerLauncher launcher;
    private final Optional<Path> runCache;
    private final Path work;
    private final long begun = System.nanoTime();

    private @Nullable FrozenCgroup held;
    private Manifest.@Nullable DumpFacts facts;
    private @Nullable Manifest committed;

    Dump(
            CheckpointRequest request,
            CriuProbe criu,
            List<String> command,
            ContainerLauncher launcher,
            Optional<Path> runCache) {
        this.request = request;
        this.criu = criu;
        this.command = command;
        this.launcher = launcher;
        this.runCache = runCache;
        // beside the incarnation's state, so that the log of a failed attempt stays where its checkpoint does not
        this.work = AbandonedCriu.work(request.container().directory());
    }

    CheckpointReport run() throws CriuException, IOException {
        boolean paused = request.cgroup().isFrozen();
        Files.createDirectories(work);
        Files.deleteIfExists(log());
        CheckpointDirectory directory = CheckpointDirectory.create(request.directory());
        boolean kept = false;
        try {
            Manifest manifest = dumpInto(directory, paused);
            kept = true;
            return report(directory, manifest);
        } finally {
            // CRIU was told to end the container: whatever failed since, its memory may exist in the checkpoint only
            if (!kept && committed == null) {
                directory.delete();
            }
        }
    }

    private void refuseObstacles(boolean paused) throws CriuRefused, IOException {
        CheckpointOptions options = request.options();
        Allowance allowance = new Allowance(
                options.tcpEstablished(),
                options.fileLocks(),
                options.linkRemap(),
                options.ghostLimit(),
                paused && request.cgroup().mode() != CgroupMode.V2);
        Verdict verdict =
                Preflight.of(request.container().initPid(), request.cgroup().pids(), allowance, request.directory());
        if (!verdict.isClear()) {
            var first = verdict.obstacles().getFirst();
            throw new CriuRefused("checkpoint", first.refusal(), first.object(), "", Optional.empty());
        }
    }

    private Manifest dumpInto(CheckpointDirectory directory, boolean paused) throws CriuException, IOException {
        Files.writeString(directory.file(CheckpointDirectory.CONFIG), request.config());
        Files.write(directory.file(CheckpointDirectory.SPEC), OciJson.write(request.spec()));
        try (ImageFollower follower = ImageFollower.start(directory);
                CriuChild child =
                        launcher.criu(new CriuLaunch(command, runCache, Optional.of(directory.images()), work));
                CriuProcess process = new CriuProcess(child.rpc(), child.pid(), log(), request.cgroup()::thaw)) {
            AbandonedCriu.note(work, child.pid());
            CriuOptions options = options(child, paused);
            // only now: CRIU needs some time to come up, in which the other processor is free for this
            refuseObstacles(paused);
            request.listener().entering(new Phase.Dumping());
            converse(process, options, directory, follower, paused);
            Manifest manifest = committed;
            if (manifest == null) {
                manifest = commitRunning(directory, follower);
            }
            return manifest;
        } catch (SpawnException e) {
            throw new CheckpointAborted(
                    "checkpoint", "criu cannot be started: " + e.getMessage(), "check the installation of criu", e);
        }
    }

    private void converse(
            CriuProcess process,
            CriuOptions options,
            CheckpointDirectory directory,
            ImageFollower follower,
            boolean paused)
            throws CriuException, IOException {
        try {
            process.dump(
                    options,
                    request.options().deadline(),
                    (notification, descriptors) -> answer(notification, directory, follower));
        } catch (CriuCrashed e) {
            process.kill();
            letGo();
            restoreFreezer(paused);
            requireEnded(e);
        } catch (CriuException e) {
            letGo();
            requireEnded(e);
        } catch (IOException e) {
            throw aborted(e);
        } finally {
            letGo();
        }
    }

    /**
     * What was held besides CRIU: a container that was handed over dies of it, another one is as CRIU leaves it. A frozen task of version 1 dies
     * only when it is thawed; sent the signal before, it comes to no instruction of its own any more.
     */
    private void letGo() throws IOException {
        FrozenCgroup frozen = held;
        if (frozen == null) {
            return;
        }
        held = null;
        if (committed == null) {
            frozen.close();
        } else {
            frozen.keepFrozen();
            request.cgroup().kill();
        }
    }

    /**
     * CRIU's own hold ends with CRIU, and it lets everybody go on when its engine dies: so nothing may hang on CRIU alone from here on.
     */
    private void hold() throws IOException {
        if (request.options().handsOver()) {
            held = request.cgroup().freeze(FREEZE);
        }
    }

    /** A failure between the answer and CRIU's own end is none if its work is done: the container has ended as it should. */
    private void requireEnded(CriuException failure) throws CriuException, IOException {
        if (committed == null) {
            throw failure;
        }
        if (runsOn()) {
            // CRIU never had the answer, or did not act on it
            committed = null;
            throw failure;
        }
    }

    private CheckpointAborted aborted(IOException e) {
        return FullDisk.isCauseOf(e)
                ? new CheckpointAborted(
                        "checkpoint",
                        "no space left on the device of \"" + request.directory() + "\"",
                        Refusal.NO_SPACE.remedy(),
                        e)
                : new CheckpointAborted(
                        "checkpoint", String.valueOf(e.getMessage()), "see the cause, then try again", e);
    }

    /** CRIU thaws what it froze, but not when it is killed. */
    private void restoreFreezer(boolean paused) throws IOException {
        if (paused) {
            request.cgroup().freeze(Duration.ofSeconds(10)).keepFrozen();
        } else {
            request.cgroup().thaw();
        }
    }

    /** Whether CRIU died before it sent the signal that ends the container; a container that was sent it ends soon. */
    private boolean runsOn() throws IOException {
        var container = request.container();
        try {
            return !container.endsWithin(SIGNAL_ARRIVES)
                    && !(container.isEnding()
                            && container.endsWithin(request.options().deadline()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the container ended", e);
        }
    }

    private Path log() {
        return work.resolve(CheckpointDirectory.DUMP_LOG);
    }

    private CriuOptions options(CriuChild child, boolean paused) throws IOException {
        CheckpointOptions wanted = request.options();
        int pid = request.container().initPid();
        Fd images = child.imagesDirectory().orElseThrow();
        CriuOptions.Builder options = CriuOptions.builder(images.number())
                .workDirectory(child.workDirectory().number())
                .pid(pid)
                .logFile(CheckpointDirectory.DUMP_LOG)
                .with(Flag.MANAGE_CGROUPS, Flag.ORPHAN_PTS_MASTER)
                .withIf(wanted.leaveRunning(), Flag.LEAVE_RUNNING)
                .withIf(wanted.tcpEstablished(), Flag.TCP_ESTABLISHED)
                .withIf(wanted.fileLocks(), Flag.FILE_LOCKS)
                .withIf(wanted.linkRemap(), Flag.LINK_REMAP)
                .ghostLimit(wanted.ghostLimit())
                .networkLock(wanted.tcpEstablished() ? NetworkLock.NFTABLES : NetworkLock.SKIP);
        Optional<String> network = ownNetwork(pid);
        network.ifPresent(name -> options.external(name + ":" + EXTERNAL_NETWORK));
        Map<String, String> mounts = ExternalMounts.keys(request.spec());
        mounts.forEach((destination, key) -> options.external("mnt[" + destination + "]:" + key));
        Cgroup cgroup = request.cgroup();
        // CRIU thaws the group it was given when it gives up, which is what a hand-over must not depend on
        if (paused || (cgroup.mode() == CgroupMode.V2 && !wanted.handsOver())) {
            options.freezeCgroup(cgroup.freezerDirectory().toString());
        }
        var process = request.spec().process();
        facts = new Manifest.DumpFacts(
                request.container().stdioInodes(),
                process != null && process.terminal(),
                network.isPresent(),
                mounts,
                wanted.tcpEstablished());
        return options.build();
    }

    /** "net[4026532181]" of a container that does not use the host's network. */
    private static Optional<String> ownNetwork(int pid) throws IOException {
        String its = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
        String ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        return its.equals(ours) ? Optional.empty() : Optional.of(its.replace(":", ""));
    }

    private boolean answer(Notification notification, CheckpointDirectory directory, ImageFollower follower)
            throws IOException {
        request.listener().passing(notification.name());
        if (notification instanceof Notification.PostDump) {
            saveFrozen(directory);
            if (!request.options().leaveRunning()) {
                committed = commit(directory, follower);
            }
        }
        return true;
    }

    /** What must come from the frozen instant beside CRIU's images. */
    private void saveFrozen(CheckpointDirectory directory) throws IOException {
        request.frozenWork().save(directory);
        Optional<Fd> reader = request.container().stdinReader();
        if (reader.isPresent()) {
            try (Fd stdin = reader.get()) {
                // CRIU does not put data back into a pipe that it is given at the restore; looking takes nothing out of
                // the pipe
                byte[] unread = Pipe.peek(stdin);
                if (unread.length > 0) {
                    Files.write(directory.file(CheckpointDirectory.UNREAD_STDIN), unread);
                }
            }
        }
    }

    private Manifest commitRunning(CheckpointDirectory directory, ImageFollower follower) throws CheckpointAborted {
        try {
            return commit(directory, follower);
        } catch (IOException e) {
            throw aborted(e);
        }
    }

    private Manifest commit(CheckpointDirectory directory, ImageFollower follower) throws IOException {
        Manifest.DumpFacts known = facts;
        if (known == null) {
            throw new AssertionError("a dump has options before it has an end");
        }
        Manifest manifest = new Manifest(
                Manifest.VERSION,
                Instant.now().toString(),
                request.id(),
                HostFacts.read(Path.of("/proc"), criu.version().toString()),
                known,
                follower.finish());
        request.listener().passing("Commit");
        directory.commit(manifest);
        hold();
        request.listener().entering(new Phase.Dumped());
        return manifest;
    }

    private CheckpointReport report(CheckpointDirectory directory, Manifest manifest) {
        DumpStatistics statistics = DumpStatistics.NONE;
        try {
            for (String name : List.of(CheckpointDirectory.DUMP_LOG, CheckpointDirectory.STATISTICS)) {
                if (Files.exists(work.resolve(name))) {
                    Files.move(work.resolve(name), directory.file(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            statistics = DumpStatistics.read(directory.file(CheckpointDirectory.STATISTICS));
        } catch (IOException | ProtocolBroken figuresAreNoReasonToFail) {
            // CRIU was killed after the commit, or the disk is full: the checkpoint is good and its figures are unknown
        }
        return new CheckpointReport(
                directory, manifest, statistics, Duration.ofNanos(System.nanoTime() - begun), manifest.totalSize());
    }
}
