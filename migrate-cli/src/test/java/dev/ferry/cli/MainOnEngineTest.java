package dev.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.cli.LiveEngine.Said;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command line against a real engine, as a user would go through it. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS})
@Timeout(180)
final class MainOnEngineTest {
    private final LiveEngine engine = LiveEngine.start();

    MainOnEngineTest() throws IOException, InterruptedException {}

    @AfterEach
    void stopEngine() throws Exception {
        engine.end();
    }

    @Test
    void lifeOfAContainer() throws Exception {
        assertThat(call("image", "from-host", "small:1").err()).contains("image small:1");
        assertThat(call("images").out()).contains("small:1");

        Said run = call("run", "--rm", "--network", "none", "small:1", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(run.out()).isEqualTo("out\n");
        assertThat(run.err()).contains("err\n");
        assertThat(run.code()).isEqualTo(7);

        assertThat(engine.callWith("typed\n", "run", "--rm", "-i", "--network", "none", "small:1", "cat")
                        .out())
                .isEqualTo("typed\n");
        assertThat(call("run", "--rm", "--network", "none", "small:1", "nonsense")
                        .code())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(call("run", "--rm", "--network", "none", "small:1", "/etc").code())
                .isEqualTo(ExitCode.NOT_EXECUTABLE);
        Said unknown = call("run", "nosuch");
        assertThat(unknown.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(unknown.err()).contains("No such image: nosuch").contains("ferry image from-host");

        assertThat(call("run", "-d", "--name", "job", "--network", "none", "small:1", "sleep", "1000")
                        .code())
                .isZero();
        Said taken = call("run", "-d", "--name", "job", "small:1", "true");
        assertThat(taken.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(taken.err()).contains("already in use");
        assertThat(call("ps").out()).contains("job").contains("sleep 1000");
        assertThat(call("ps", "--json").json().get(0).path("State").asText()).isEqualTo("running");
        assertThat(call("inspect", "job").json().get(0).path("Name").asText()).isEqualTo("/job");
        Said exec = call("exec", "-e", "A=b", "job", "sh", "-c", "echo $A; exit 3");
        assertThat(exec.out()).isEqualTo("b\n");
        assertThat(exec.code()).isEqualTo(3);
        assertThat(call("stop", "-t", "0", "job").code()).isZero();
        assertThat(call("rm", "job").out()).isEqualTo("job\n");
        Said gone = call("logs", "job");
        assertThat(gone.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(gone.err()).contains("No such container: job").contains("ferry ps --all");
    }

    @Test
    @Requires(Feature.CRIU)
    void checkpointAndRestore() throws Exception {
        call("image", "from-host", "small:1");
        String count = "i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done";
        assertThat(call("run", "-d", "--name", "job", "--network", "none", "small:1", "sh", "-c", count)
                        .code())
                .isZero();
        engine.awaitLines("job", 3);
        Said made = call("checkpoint", "create", "job", "one");
        assertThat(made.err()).contains("frozen for");
        assertThat(made.out()).isEqualTo("one\n");
        assertThat(made.code()).isZero();
        int before = engine.lines("job").size();
        assertThat(call("checkpoint", "create", "job", "two").code())
                .as("it does not run")
                .isEqualTo(ExitCode.ENGINE);
        assertThat(call("checkpoint", "ls", "job").out()).contains("one").contains("complete");
        assertThat(call("checkpoint", "inspect", "job", "one")
                        .json()
                        .path("sizes")
                        .path("memory")
                        .asLong())
                .isPositive();

        assertThat(call("restore", "job").err()).contains("restored from 'one'");
        engine.awaitLines("job", before + 3);
        List<String> lines = engine.lines("job");
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
        }
        assertThat(call("restore", "job", "one").code()).as("it runs").isEqualTo(ExitCode.ENGINE);
        assertThat(call("kill", "job").code()).isZero();
        assertThat(call("checkpoint", "rm", "job", "one").out()).isEqualTo("one\n");
        assertThat(call("restore", "job").err()).contains("has no checkpoint");
    }

    private Said call(String... arguments) {
        return engine.call(arguments);
    }
}
