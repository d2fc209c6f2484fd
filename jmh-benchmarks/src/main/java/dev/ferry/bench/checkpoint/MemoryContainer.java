package dev.ferry.bench.checkpoint;

import dev.ferry.api.client.ContainerCalls;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.bench.start.BenchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A container of an engine whose one process holds some memory and does nothing. Closing it removes it. */
final class MemoryContainer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EngineClient client;
    private final String id;

    MemoryContainer(BenchEngine engine, long bytes) throws IOException {
        this.client = engine.client();
        // dd reads the whole block into its memory and then waits for somebody to read the pipe
        List<String> command = List.of("/bin/sh", "-c", "dd if=/dev/zero bs=" + bytes + " count=1 | sleep 1000000");
        this.id = client.containers()
                .create(
                        ContainerCreateRequest.builder()
                                .config(ContainerConfig.builder()
                                        .image(engine.image())
                                        .cmd(new Words(command))
                                        .build())
                                .hostConfig(
                                        HostConfig.builder().networkMode("none").build())
                                .build(),
                        "")
                .id();
        client.containers().start(id);
        awaitMemory(bytes);
    }

    /** Its first process, in this process's eyes. */
    int pid() throws IOException {
        return client.containers().inspect(id).state().pid();
    }

    CheckpointDetail checkpoint(String name, boolean leaveRunning) throws IOException {
        return client.ferry().createCheckpoint(id, new CheckpointRequest(name, leaveRunning, false, true));
    }

    RestoreDetail restore(String name) throws IOException {
        return client.ferry().restore(id, new RestoreRequest(name, false));
    }

    void remove(String checkpoint) throws IOException {
        client.checkpoints().remove(id, checkpoint);
    }

    /** Returns when the engine has seen that it ended. */
    void awaitEnd() throws IOException {
        try (var exit = client.containers().await(id, ContainerCalls.WaitCondition.NOT_RUNNING)) {
            exit.result();
        }
    }

    @Override
    public void close() throws IOException {
        client.containers().remove(id, true, true);
        client.close();
    }

    private void awaitMemory(long bytes) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (resident(pid()) < bytes) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the container does not hold " + bytes + " bytes after " + PATIENCE.toSeconds()
                        + " s: is there enough memory?");
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /** Of a process and its children, the largest, in bytes. proc_pid_statm(5) */
    private static long resident(int pid) throws IOException {
        long most = 0;
        List<Long> tree = Stream.concat(
                        Stream.of((long) pid),
                        ProcessHandle.of(pid).stream()
                                .flatMap(ProcessHandle::descendants)
                                .map(ProcessHandle::pid))
                .toList();
        for (long each : tree) {
            Path file = Path.of("/proc/" + each + "/statm");
            try (Stream<String> lines = Files.lines(file)) {
                String[] fields = lines.findFirst().orElse("0 0").split(" ", -1);
                most = Math.max(most, Long.parseLong(fields[1]) * 4096);
            } catch (IOException | java.io.UncheckedIOException e) {
                if (Files.exists(file)) {
                    throw e;
                }
            }
        }
        return most;
    }
}
