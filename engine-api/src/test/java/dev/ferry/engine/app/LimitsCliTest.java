package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.ApiJson;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker stats} and {@code docker update}: what is counted, and what is in force. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class LimitsCliTest {

    @TempDir
    Path home;

    private EngineHouse house;
    private ApiWire wire;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        wire = ApiWire.of(house);
        house.start();
        house.importBusybox();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        house.end();
    }

    private EngineHouse.Outcome docker(String... arguments) throws IOException, InterruptedException {
        return house.docker(arguments);
    }

    /** The first file of that name in the container's cgroup, of whichever version. */
    private String limit(String... names) throws IOException, InterruptedException {
        String pid = docker("inspect", "-f", "{{.State.Pid}}", "job").line();
        for (String line : Files.readAllLines(Path.of("/proc", pid, "cgroup"))) {
            String[] fields = line.split(":", 3);
            for (String name : names) {
                for (String mount : fields[1].isEmpty() ? new String[] {"", "unified"} : new String[] {fields[1]}) {
                    Path file = Path.of("/sys/fs/cgroup", mount, fields[2], name);
                    if (Files.exists(file)) {
                        return Files.readString(file).strip();
                    }
                }
            }
        }
        throw new IOException("no " + String.join(", ", names));
    }

    private JsonNode stats(String query) throws IOException {
        return ApiJson.mapper().readTree(wire.get("/v1.50/containers/job/stats?" + query));
    }

    @Test
    void statsCountWhatRunsAndAreZeroForWhatDoesNot() throws IOException, InterruptedException {
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "-m",
                "64m",
                "--name",
                "job",
                "busybox",
                "sh",
                "-c",
                "while :; do :; done");
        String row = docker("stats", "--no-stream", "--format", "{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}", "job")
                .line();
        assertThat(row).startsWith("job ").contains("/ 64MiB").endsWith(" 1");
        assertThat(Double.parseDouble(row.split(" ", -1)[1].replace("%", ""))).isPositive();

        JsonNode once = stats("stream=false&one-shot=true");
        assertThat(once.at("/precpu_stats/cpu_usage/total_usage").asLong()).isZero();
        assertThat(once.at("/memory_stats/limit").asLong()).isEqualTo(64L << 20);
        assertThat(once.at("/memory_stats/stats").size()).isPositive();
        assertThat(once.at("/name").asText()).isEqualTo("/job");
        JsonNode twice = stats("stream=false");
        assertThat(twice.at("/cpu_stats/cpu_usage/total_usage").asLong())
                .isGreaterThan(twice.at("/precpu_stats/cpu_usage/total_usage").asLong());
        assertThat(twice.at("/cpu_stats/system_cpu_usage").asLong())
                .isGreaterThan(twice.at("/precpu_stats/system_cpu_usage").asLong());
        assertThat(twice.at("/precpu_stats/cpu_usage/total_usage").asLong()).isPositive();
        assertThat(wire.get("/v1.50/containers/job/stats?stream=true&one-shot=true"))
                .contains("cannot have stream=true and one-shot=true");

        docker("kill", "job");
        JsonNode gone = stats("stream=false");
        assertThat(gone.at("/read").asText()).startsWith("0001-01-01");
        assertThat(gone.at("/memory_stats").size()).isZero();
        assertThat(docker("stats", "--no-stream", "--format", "{{.PIDs}} {{.MemUsage}}", "job")
                        .line())
                .isEqualTo("0 0B / 0B");
    }

    @Test
    void streamsOfStatsEndWithTheContainerAndWithTheirClients() throws IOException, InterruptedException {
        docker("run", "-d", "--network", "none", "--name", "job", "busybox", "sleep", "1000");
        try (var stream = wire.open("/v1.50/containers/job/stats")) {
            assertThat(ApiJson.mapper()
                            .readTree(stream.next())
                            .at("/pids_stats/current")
                            .asInt())
                    .isEqualTo(1);
            assertThat(ApiJson.mapper().readTree(stream.next()).at("/preread").asText())
                    .doesNotStartWith("0001");
            docker("rm", "-f", "job");
            String last = stream.next();
            while (last != null) {
                last = stream.next();
            }
        }
        docker("run", "-d", "--network", "none", "--name", "job", "busybox", "sleep", "1000");
        wire.open("/v1.50/containers/job/stats").close();
        CheckpointHouse.await("the engine lets go of a client that left", () -> wire.connections() == 0);
    }

    @Test
    void updatesAreInForceAtOnceAndAfterARestart() throws IOException, InterruptedException {
        docker("run", "-d", "--network", "none", "--name", "job", "-m", "32m", "busybox", "sleep", "1000");
        refused("Memory limit should be smaller than already set memoryswap limit", "update", "-m", "128m", "job");
        EngineHouse.Outcome done = docker(
                "update",
                "-m",
                "48m",
                "--cpus",
                "0.5",
                "--pids-limit",
                "7",
                "--cpuset-cpus",
                "0",
                "--restart",
                "on-failure:3",
                "job");
        assertThat(done.line()).isEqualTo("job");
        inForce();
        refused("CPU Quota cannot be updated as NanoCPUs has already been set", "update", "--cpu-quota", "5000", "job");
        refused("Requested CPUs are not available", "update", "--cpuset-cpus", "4096", "job");
        // more than there is cannot be taken away
        refused("Minimum memory limit allowed is 6MB", "update", "-m", "1m", "job");
        inForce();
        house.killEngine();
        house.start();
        inForce();
        docker("restart", "-t", "0", "job");
        inForce();
        docker("update", "--pids-limit", "-1", "job");
        assertThat(limit("pids.max")).isEqualTo("max");
        docker("kill", "job");
        assertThat(docker("update", "-m", "64m", "--memory-swap", "-1", "job").code())
                .isZero();
        assertThat(docker("inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}", "job")
                        .line())
                .isEqualTo("67108864 -1");
    }

    private void inForce() throws IOException, InterruptedException {
        assertThat(limit("memory.limit_in_bytes", "memory.max")).isEqualTo("50331648");
        assertThat(limit("cpu.cfs_quota_us", "cpu.max")).startsWith("50000");
        assertThat(limit("pids.max")).isEqualTo("7");
        assertThat(limit("cpuset.cpus")).isEqualTo("0");
        assertThat(docker(
                                "inspect",
                                "-f",
                                "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}}",
                                "job")
                        .line())
                .isEqualTo("50331648 500000000 on-failure");
    }

    @Test
    void blockDevicesAndRealtimeAreTheKernelsToDecide() throws IOException, InterruptedException {
        EngineHouse.Outcome run = docker(
                "run", "-d", "--network", "none", "--name", "job", "--blkio-weight", "300", "busybox", "sleep", "1000");
        assertThat(run.code()).as(run.text()).isZero();
        if (!run.text().contains("Weight discarded")) {
            assertThat(limit("blkio.bfq.weight", "blkio.weight", "io.bfq.weight", "io.weight"))
                    .contains("300");
        }
        docker("update", "--blkio-weight", "500", "job");
        if (!run.text().contains("Weight discarded")) {
            assertThat(limit("blkio.bfq.weight", "blkio.weight", "io.bfq.weight", "io.weight"))
                    .contains("500");
        }
        refused(
                "no such file",
                "run",
                "--rm",
                "--network",
                "none",
                "--device-read-bps",
                "/dev/no-such:1mb",
                "busybox",
                "true");
        refused(
                "is no block device",
                "run",
                "--rm",
                "--network",
                "none",
                "--device-read-bps",
                "/dev/null:1mb",
                "busybox",
                "true");
    }

    private void refused(String text, String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = docker(arguments);
        assertThat(outcome.text()).contains(text);
        assertThat(outcome.code()).as(String.join(" ", arguments)).isNotZero();
    }
}
