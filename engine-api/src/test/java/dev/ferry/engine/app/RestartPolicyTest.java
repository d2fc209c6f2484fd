package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restart policies, with and without an engine in between. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class RestartPolicyTest {

    private static final String LIVE = "while :; do usleep 50000; done";
    private static final String STATE = "{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}";

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        house.start();
        house.importBusybox();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        house.end();
    }

    @Test
    void failureIsAnsweredAsOftenAsAllowedAndSuccessNever() throws IOException, InterruptedException {
        run("failing", "on-failure:2", "exit 3");
        run("fine", "on-failure:2", "exit 0");
        await("failing", STATE, "exited 3 2");
        await("fine", STATE, "exited 0 0");
    }

    @Test
    void policyHoldsAcrossTheDeathOfTheEngine() throws IOException, InterruptedException {
        run("always", "always", LIVE);
        run("unless", "unless-stopped", LIVE);
        run("stopped", "unless-stopped", LIVE);
        run("plain", "no", LIVE);
        // waits for its next turn, longer each time
        run("waiting", "always", "exit 4");
        assertThat(house.docker("stop", "-t", "0", "stopped").code()).isZero();
        long always = pid("always");
        long unless = pid("unless");
        long plain = pid("plain");
        house.killEngine();
        for (long pid : new long[] {always, unless, plain}) {
            ProcessHandle init = ProcessHandle.of(pid).orElseThrow();
            init.destroyForcibly();
            init.onExit().join();
        }
        house.start();
        await("always", STATE, "running 0 1");
        await("unless", STATE, "running 0 1");
        assertThat(pid("always")).isNotEqualTo(always);
        assertThat(pid("unless")).isNotEqualTo(unless);
        await("plain", STATE, "exited 137 0");
        await("stopped", STATE, "exited 137 0");
        int restarts = Integer.parseInt(inspect("waiting", "{{.RestartCount}}"));
        await("waiting", "{{ge .RestartCount " + (restarts + 1) + "}}", "true");
    }

    private void run(String name, String policy, String program) throws IOException, InterruptedException {
        EngineHouse.Outcome run = house.docker(
                "run", "-d", "--restart", policy, "--network", "none", "--name", name, "busybox", "sh", "-c", program);
        assertThat(run.code()).as(run.text()).isZero();
    }

    private long pid(String name) throws IOException, InterruptedException {
        return Long.parseLong(inspect(name, "{{.State.Pid}}"));
    }

    private String inspect(String name, String format) throws IOException, InterruptedException {
        return house.docker("inspect", "-f", format, name).line();
    }

    private void await(String name, String format, String wanted) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        String now = inspect(name, format);
        while (!now.equals(wanted)) {
            assertThat(System.nanoTime()).as("%s: %s", name, now).isLessThan(deadline);
            now = inspect(name, format);
        }
    }
}
