package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts CRIU processes: below a monitor for a restore, below the engine for everything else. */
final class CriuLauncher {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Spawner spawner;
    private final ExitWatch watch;
    private final MonitorHome home;

    CriuLauncher(Spawner spawner, ExitWatch watch, MonitorHome home) {
        this.spawner = spawner;
        this.watch = watch;
        this.home = home;
    }

    RestoringContainer restore(RestoreLaunch request) throws SpawnException, IOException {
        Path root = request.directory().resolve("rootfs");
        Files.createDirectories(root);
        var given = new EnumMap<MonitorFd, Fd>(MonitorFd.class);
        UnixSocket.@Nullable Pair terminal = null;
        UnixSocket.Pair rpc = UnixSocket.pair(UnixSocket.Kind.SEQPACKET);
        boolean done = false;
        try (var files = MonitorFiles.open(request.directory(), request.log(), given)) {
            given.put(MonitorFd.CRIU_RPC, rpc.second().fd());
            if (request.network().isPresent()) {
                files.add(MonitorFd.NETWORK, request.network().get(), OpenFlags.O_RDONLY, 0);
            }
            if (request.terminal()) {
                terminal = UnixSocket.pair(UnixSocket.Kind.SEQPACKET);
                given.put(MonitorFd.TTY_SOCKET, terminal.second().fd());
            }
            var shape = new MonitorText.Shape(
                    "restore",
                    MonitorText.Kind.RESTORE,
                    0,
                    false,
                    request.terminal(),
                    request.keepStdin(),
                    ContainerLauncher.numbers(given),
                    request.profile());
            Program program =
                    MonitorText.write(shape, home.text(), calls -> criuSteps(calls, request, root, given.keySet()));
            Spawned spawned = home.spawn(spawner, program, given);
            RestoringContainer restoring = connect(request, spawned, root, rpc.first(), terminal);
            done = true;
            return restoring;
        } finally {
            rpc.second().close();
            if (terminal != null) {
                terminal.second().close();
            }
            if (!done) {
                rpc.first().close();
                if (terminal != null) {
                    terminal.first().close();
                }
            }
        }
    }

    private static void criuSteps(Calls calls, RestoreLaunch request, Path root, Set<MonitorFd> given) {
        var text = new CriuText(calls);
        text.settle(request.runCache());
        InitText.mountRoot(calls, request.root(), root);
        text.openDirectory(request.images(), MonitorFd.IMAGES);
        text.openDirectory(request.work(), MonitorFd.WORK);
        var kept = EnumSet.of(MonitorFd.CRIU_RPC, MonitorFd.IMAGES, MonitorFd.WORK);
        if (given.contains(MonitorFd.NETWORK)) {
            kept.add(MonitorFd.NETWORK);
        }
        if (!request.terminal()) {
            kept.add(MonitorFd.STDOUT_WRITE);
            kept.add(MonitorFd.STDERR_WRITE);
            if (request.keepStdin()) {
                kept.add(MonitorFd.STDIN_READ);
            }
        }
        text.execute(request.criuCommand(), kept);
    }

    /** Waits until CRIU is executed, then takes its directories: opened over there, they belong to its mount namespace. */
    private RestoringContainer connect(
            RestoreLaunch request, Spawned spawned, Path root, UnixSocket rpc, UnixSocket.@Nullable Pair terminal)
            throws SpawnException, IOException {
        boolean done = false;
        try {
            home.follow(spawned);
            int criu = ContainerLauncher.awaitMessage(spawned, MonitorProtocol.CHILD, request.directory());
            ProcessId criuId = ContainerLauncher.identity(criu);
            var state = new MonitorState(
                    MonitorState.VERSION,
                    MonitorProtocol.VERSION,
                    request.id(),
                    MonitorText.Kind.RESTORE,
                    ContainerLauncher.identity(spawned.pid()),
                    criuId,
                    null,
                    request.terminal(),
                    request.keepStdin());
            state.write(request.directory());
            spawned.status().awaitClosed(PATIENCE);
            try (PidFd process = PidFd.open(criu)) {
                Fd images = process.getFd(MonitorFd.IMAGES.number());
                Fd work = process.getFd(MonitorFd.WORK.number());
                spawned.status().close();
                var restoring = new RestoringContainer(
                        request.directory(),
                        state,
                        spawned.process(),
                        rpc,
                        terminal == null ? null : terminal.first(),
                        root,
                        new RestoringContainer.Directories(images, work),
                        watch);
                done = true;
                return restoring;
            }
        } finally {
            if (!done) {
                rpc.close();
                end(spawned);
            }
        }
    }

    CriuChild start(CriuLaunch request) throws SpawnException, IOException {
        return start(spawner, request, Map.of(), calls -> {});
    }

    /**
     * The same as a child of this process with descriptors of its own.
     *
     * @param given what CRIU gets besides its socket and its directories; borrowed
     * @param mounting appends what is mounted for it, in its mount namespace
     */
    static CriuChild start(Spawner spawner, CriuLaunch request, Map<MonitorFd, Fd> given, Consumer<Calls> mounting)
            throws SpawnException, IOException {
        var p = new ProgramBuilder("criu", MonitorFd.STATUS.number());
        var calls = new Calls(p);
        p.stage("settle");
        var placed = EnumSet.of(MonitorFd.STATUS, MonitorFd.CRIU_RPC);
        placed.addAll(given.keySet());
        for (MonitorFd fd : EnumSet.complementOf(placed)) {
            p.call("occupy " + fd, Syscall.DUP3, 0, fd.number(), Calls.O_CLOEXEC);
        }
        calls.closeFrom(MonitorFd.FREE, 0xffff_ffffL);
        var text = new CriuText(calls);
        text.settle(request.runCache());
        mounting.accept(calls);
        var kept = EnumSet.of(MonitorFd.CRIU_RPC, MonitorFd.WORK);
        kept.addAll(given.keySet());
        if (request.images().isPresent()) {
            text.openDirectory(request.images().get(), MonitorFd.IMAGES);
            kept.add(MonitorFd.IMAGES);
        }
        text.openDirectory(request.work(), MonitorFd.WORK);
        text.execute(request.criuCommand(), kept);
        UnixSocket.Pair rpc = UnixSocket.pair(UnixSocket.Kind.SEQPACKET);
        Spawned spawned = null;
        boolean done = false;
        try {
            Map<Integer, Fd> placements = new HashMap<>();
            given.forEach((fd, descriptor) -> placements.put(fd.number(), descriptor));
            placements.put(MonitorFd.CRIU_RPC.number(), rpc.second().fd());
            spawned = spawner.spawn(p.build(), placements);
            rpc.second().close();
            spawned.status().awaitClosed(PATIENCE);
            spawned.status().close();
            Optional<Fd> images = request.images().isPresent()
                    ? Optional.of(spawned.process().getFd(MonitorFd.IMAGES.number()))
                    : Optional.empty();
            var child = new CriuChild(
                    spawned.process(), rpc.first(), images, spawned.process().getFd(MonitorFd.WORK.number()));
            done = true;
            return child;
        } finally {
            rpc.second().close();
            if (!done) {
                rpc.first().close();
                if (spawned != null) {
                    end(spawned);
                }
            }
        }
    }

    private static void end(Spawned spawned) throws IOException {
        try (spawned) {
            if (!spawned.process().awaitExit(PATIENCE)) {
                spawned.process().sendSignal(9);
                spawned.process().awaitExit(PATIENCE);
            }
            ExitWatch.reap(spawned.pid());
        }
    }
}
