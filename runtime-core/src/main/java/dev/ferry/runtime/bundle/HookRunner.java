package dev.ferry.runtime.bundle;

import dev.ferry.runtime.container.HookFailed;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.PosixSpawn;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.WaitStatus;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.State;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs the hooks that belong to the runtime's own namespaces, with the container's state on their standard input. config.md, "POSIX-platform
 * Hooks"
 */
final class HookRunner {
    /** Above the standard descriptors, which they become. */
    private static final int PARKED = 64;

    private static final Duration UNLIMITED = Duration.ofDays(1);

    private HookRunner() {}

    /**
     * Runs them in order.
     *
     * @throws IOException when one fails or takes longer than it may; those behind it are not run
     */
    static void run(String kind, List<Hooks.Hook> hooks, State state) throws IOException {
        byte[] json = OciJson.write(state);
        for (Hooks.Hook hook : hooks) {
            run(kind, hook, json);
        }
    }

    /** Runs all of them; one that fails is told of and changes nothing, as the specification has it for what is done already. */
    static void runAll(String kind, List<Hooks.Hook> hooks, State state, Consumer<String> warnings) {
        byte[] json = OciJson.write(state);
        for (Hooks.Hook hook : hooks) {
            try {
                run(kind, hook, json);
            } catch (IOException e) {
                warnings.accept(String.valueOf(e.getMessage()));
            }
        }
    }

    private static void run(String kind, Hooks.Hook hook, byte[] state) throws IOException {
        // files in memory: nothing has to be fed or heard while it runs
        try (Fd input = file("state");
                Fd output = file("output")) {
            OpenFiles.writeAt(input, 0, state);
            int pid;
            try {
                List<String> arguments = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
                pid = PosixSpawn.spawn(hook.path(), arguments, hook.env(), Map.of(0, input, 1, output, 2, output));
            } catch (IOException e) {
                throw new HookFailed(kind, hook, "cannot be executed: " + e.getMessage());
            }
            boolean inTime;
            try (PidFd process = PidFd.open(pid)) {
                inTime = process.awaitExit(hook.timeout() == null ? UNLIMITED : Duration.ofSeconds(hook.timeout()));
                if (!inTime) {
                    process.sendSignal(ProcessConstants.SIGKILL);
                }
            }
            WaitStatus status = WaitPid.await(pid).status();
            if (!inTime) {
                throw new HookFailed(kind, hook, "did not end within its " + hook.timeout() + " s");
            }
            if (status.exitCode() != 0) {
                throw new HookFailed(
                        kind, hook, "ended with " + status.exitCode() + ", and said: " + HookFailed.said(output));
            }
        }
    }

    private static Fd file(String name) throws IOException {
        try (Fd file = MemFd.create(name)) {
            return file.duplicateAtLeast(PARKED);
        }
    }
}
