package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CheckpointAborted;
import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.criu.rpc.CriuOptions;
import dev.ferry.criu.rpc.CriuOptions.Flag;
import dev.ferry.criu.rpc.CriuOptions.NetworkLock;
import dev.ferry.criu.rpc.CriuProcess;
import dev.ferry.criu.rpc.Notification;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.RestoreLaunch;
import dev.ferry.runtime.container.RestoringContainer;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One restore, from the manifest to the running container. */
final class Restore {
    private static final String EXTERNAL_NETWORK = "extRootNetNS";
    private static final String LOG = "restore.log";

    private final RestoreRequest request;
    private final CriuProbe criu;
    private final List<String> command;
    private final ContainerLauncher launcher;
    private final Optional<Path> runCache;
    private final Path work;
    private final long begun = System.nanoTime();

    private @Nullable ContainerProcess restored;

    Restore(
            RestoreRequest request,
            CriuProbe criu,
            List<String> command,
            ContainerLauncher launcher,
            Optional<Path> runCache) {
        this.request = request;
        this.criu = criu;
        this.command = command;
        this.launcher = launcher;
        this.runCache = runCache;
        this.work = AbandonedCriu.work(request.directory());
    }

    RestoredContainer run() throws CriuException, IOException {
        Manifest manifest = request.verifying().manifest();
        manifest.host()
                .requireRestorableOn(
                        HostFacts.read(Path.of("/proc"), criu.version().toString()));
        Map<String, Path> mounts =
                ExternalMounts.sources(request.spec(), manifest.dump().mounts());
        Files.createDirectories(work);
        // goes on beside: starting monitor and CRIU needs the other processor
        Verifying verifying = request.verifying();
        boolean runs = false;
        try (RestoringContainer restoring = launcher.restore(launch(manifest));
                CriuProcess process = new CriuProcess(
                        restoring.rpc(),
                        restoring.criuPid(),
                        work.resolve(LOG),
                        CriuProcess.Release.NONE,
                        restoring.monitor())) {
            AbandonedCriu.note(work, restoring.criuPid());
            Duration verified = verifying.await();
            Path unread = request.verifying().checkpoint().file(CheckpointDirectory.UNREAD_STDIN);
            if (Files.exists(unread)) {
                restoring.replayStdin(Files.readAllBytes(unread));
            }
            request.listener().entering(new Phase.Restoring());
            long asked = System.nanoTime();
            restore(process, restoring, options(restoring, manifest, mounts));
            ContainerProcess container = restored;
            if (container == null) {
                throw new IOException("criu restored without asking for the commit");
            }
            runs = true;
            long now = System.nanoTime();
            return new RestoredContainer(
                    container,
                    new RestoreReport(verified, Duration.ofNanos(now - asked), Duration.ofNanos(now - begun)));
        } catch (SpawnException e) {
            throw new CheckpointAborted(
                    "restore", "the monitor cannot be started: " + e.getMessage(), "see the cause", e);
        } finally {
            ContainerProcess container = restored;
            if (!runs && container != null) {
                container.close();
            }
        }
    }

    private RestoreLaunch launch(Manifest manifest) {
        return new RestoreLaunch(
                request.id(),
                request.directory(),
                request.log(),
                request.root(),
                command,
                request.verifying().checkpoint().images(),
                work,
                manifest.dump().externalNetwork() ? request.network() : Optional.empty(),
                runCache,
                manifest.dump().terminal(),
                manifest.dump().stdio().containsKey(0),
                false);
    }

    private CriuOptions options(RestoringContainer restoring, Manifest manifest, Map<String, Path> mounts)
            throws IOException {
        Manifest.DumpFacts dump = manifest.dump();
        CriuOptions.Builder options = CriuOptions.builder(
                        restoring.imagesDirectory().number())
                .workDirectory(restoring.workDirectory().number())
                .logFile(LOG)
                .root(restoring.root().toString())
                .with(Flag.MANAGE_CGROUPS, Flag.RESTORE_SIBLING, Flag.EVASIVE_DEVICES, Flag.FILE_LOCKS)
                .with(Flag.ORPHAN_PTS_MASTER, Flag.LINK_REMAP)
                .withIf(dump.tcpEstablished() && !request.options().tcpClose(), Flag.TCP_ESTABLISHED)
                .withIf(request.options().tcpClose(), Flag.TCP_CLOSE)
                .networkLock(dump.tcpEstablished() ? NetworkLock.NFTABLES : NetworkLock.SKIP);
        // one entry for each controller: a root for all of them would make CRIU copy the host's tree below it
        request.cgroup().controllers().forEach(options::cgroupRoot);
        dump.stdio().forEach((number, key) -> options.inherit(key, descriptor(number)));
        if (dump.externalNetwork()) {
            if (request.network().isEmpty()) {
                throw new IOException(
                        "the checkpoint has a network of its own and none is given; make a network namespace for it");
            }
            options.inherit(EXTERNAL_NETWORK, RestoringContainer.NETWORK);
        }
        mounts.forEach((key, source) -> options.external("mnt[" + key + "]:" + source));
        return options.build();
    }

    private static int descriptor(int number) {
        return switch (number) {
            case 0 -> RestoringContainer.STDIN;
            case 1 -> RestoringContainer.STDOUT;
            case 2 -> RestoringContainer.STDERR;
            default -> throw new IllegalArgumentException("descriptor " + number + " is no standard stream");
        };
    }

    private void restore(CriuProcess process, RestoringContainer restoring, CriuOptions options)
            throws CriuException, IOException {
        try {
            process.restore(
                    options,
                    request.options().deadline(),
                    (notification, descriptors) -> answer(notification, descriptors, restoring));
        } catch (CriuCrashed e) {
            process.kill();
            restoring.endChildren();
            throw e;
        } catch (IOException e) {
            throw new CheckpointAborted("restore", String.valueOf(e.getMessage()), "see the cause, then try again", e);
        }
    }

    private boolean answer(Notification notification, List<Fd> descriptors, RestoringContainer restoring)
            throws IOException {
        request.listener().passing(notification.name());
        switch (notification) {
            case Notification.OrphanPtsMaster terminal -> {
                if (descriptors.isEmpty()) {
                    throw new IOException("criu announced a terminal and sent none");
                }
                restoring.sendTtyMaster(descriptors.getFirst());
            }
            case Notification.PostRestore everything -> {
                restored = restoring.restored(everything.pid());
                request.listener().entering(new Phase.Restored(everything.pid()));
            }
            default -> {
                // nothing of ours depends on it
            }
        }
        return true;
    }
}
