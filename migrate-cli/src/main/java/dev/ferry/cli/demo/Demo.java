package dev.ferry.cli.demo;

import dev.ferry.api.client.ContainerCalls.LogOptions;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.ImageCalls.ImportOptions;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.ContainerDetail;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.api.wire.FrameReader;
import dev.ferry.api.wire.Hijacked;
import dev.ferry.api.wire.Response;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.render.Quantities;
import dev.ferry.cli.rootfs.HostImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A long job in a container is checkpointed; engine, monitor and container are killed with SIGKILL; a new engine restores the job, and
 * it goes on with the step after the checkpoint. Everything is checked from outside: steps in the output and in the file, checksums
 * computed again, deaths, and that nothing stays behind.
 */
public final class Demo {
    static final String IMAGE = "ferry-demo";
    static final String NAME = "ferry-demo-job";
    private static final String CHECKPOINT = "safe";
    private static final String FILE = "/progress";
    private static final String CLASSES = "opt/demo";
    private static final int STEPS_BEFORE = 6;
    private static final int STEPS_AFTER = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> engineProgram;
    private final List<Path> programs;
    private final int memory;
    private final int pauseMillis;
    private final Consumer<String> narrator;
    private final DemoReport report = new DemoReport();

    /**
     * @param engineProgram how an engine is started
     * @param programs where the image's programs are looked for
     * @param memory the job's live memory in MiB
     * @param pauseMillis between two steps
     * @param narrator gets one line before each part of the story
     */
    public Demo(
            List<String> engineProgram, List<Path> programs, int memory, int pauseMillis, Consumer<String> narrator) {
        this.engineProgram = List.copyOf(engineProgram);
        this.programs = List.copyOf(programs);
        this.memory = memory;
        this.pauseMillis = pauseMillis;
        this.narrator = narrator;
    }

    /** Plays it in new directories which are gone afterwards. */
    public DemoReport play() throws IOException, InterruptedException {
        DemoPlace place = DemoPlace.temporary();
        try (place) {
            play(place);
        }
        report.check(
                "directories of the demonstration are gone",
                !Files.exists(place.root()),
                "'" + place.root() + "' is still there");
        return report;
    }

    /** Plays it in directories of the user. */
    public DemoReport play(Path root, Path run) throws IOException, InterruptedException {
        try (DemoPlace place = DemoPlace.given(root, run)) {
            play(place);
        }
        return report;
    }

    private void play(DemoPlace place) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        String id;
        try (DemoEngine first = start("an engine starts", place)) {
            id = untilTheCrash(first);
        }
        try (DemoEngine second = start("a new engine starts", place)) {
            afterTheCrash(second.client(), id);
        }
        report.check("no mount is left", place.mounts().isEmpty(), String.valueOf(place.mounts()));
        report.check(
                "no control group is left", DemoPlace.cgroups(id).isEmpty(), String.valueOf(DemoPlace.cgroups(id)));
        report.figure("whole demonstration", Quantities.micros((System.nanoTime() - begun) / 1000));
    }

    private String untilTheCrash(DemoEngine first) throws IOException, InterruptedException {
        EngineClient engine = first.client();
        boolean crashed = false;
        try {
            long begun = System.nanoTime();
            narrator.accept("an image is made of this host's busybox and Java, without a network");
            makeImage(engine, programs);
            report.figure(
                    "image " + Quantities.bytes(engine.images().inspect(IMAGE).size()) + ", made in",
                    Quantities.micros((System.nanoTime() - begun) / 1000));
            narrator.accept("the job starts: " + memory + " MiB of live memory, 5 threads, a timer, a growing file");
            String id = createJob(engine, memory, pauseMillis);
            begun = System.nanoTime();
            engine.containers().start(id);
            report.figure("container start, over the socket", Quantities.micros((System.nanoTime() - begun) / 1000));
            awaitStep(engine, id, STEPS_BEFORE);
            checkpoint(engine, id);
            ContainerDetail detail = engine.ferry().container(id);
            Victims victims = new Victims();
            victims.add("engine", first.pid());
            victims.add("monitor", detail.monitorPid());
            victims.add("container", detail.initPid());
            narrator.accept("engine, monitor and container are killed with SIGKILL: " + victims);
            crashed = true;
            victims.kill();
            report.check("engine, monitor and container are dead", victims.awaitDead(), "some of " + victims + " live");
            return id;
        } finally {
            if (!crashed) {
                removeJob(engine);
            }
        }
    }

    private void afterTheCrash(EngineClient engine, String id) throws IOException, InterruptedException {
        try {
            JobTrace before = output(engine, id);
            String status = engine.containers().inspect(id).state().status();
            report.check("the new engine knows that the job is dead", status.equals("exited"), "it says " + status);
            restore(engine, id);
            long safe = firstStepAfter(engine, id, before) - 1;
            narrator.accept("the job goes on with step " + (safe + 1));
            awaitStep(engine, id, safe + STEPS_AFTER);
            judge(engine, id, before, safe);
        } finally {
            narrator.accept("everything is removed");
            removeJob(engine);
        }
        boolean gone = engine.containers().list(true, Map.of()).stream().noneMatch(c -> c.id().equals(id));
        report.check("the container is gone", gone, "the engine still lists it");
    }

    private DemoEngine start(String words, DemoPlace place) throws IOException, InterruptedException {
        narrator.accept(words);
        long begun = System.nanoTime();
        DemoEngine engine = DemoEngine.start(engineProgram, place);
        report.figure(words + ", until it answers", Quantities.micros((System.nanoTime() - begun) / 1000));
        return engine;
    }

    /** Makes the image of the job from this host's programs. */
    static void makeImage(EngineClient engine, List<Path> programs) throws IOException {
        Path classes = Files.createTempDirectory("ferry-demo-classes-");
        try (HostImage image = HostImage.plan(programs, true)) {
            for (Class<?> type : List.of(LongJob.class, JobPlan.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                Path file = classes.resolve(type.getSimpleName() + ".class");
                try (InputStream in = Demo.class.getResourceAsStream("/" + name)) {
                    if (in == null) {
                        throw new Refusal("the program's own class '" + name + "' is missing: build it again");
                    }
                    Files.copy(in, file);
                }
                image.add(file, CLASSES + "/" + name);
            }
            engine.images()
                    .importRootfs(
                            new ImportOptions(IMAGE, "latest", "demonstration", image.changes()),
                            image::writeTo,
                            line -> {});
        } finally {
            for (Class<?> type : List.of(LongJob.class, JobPlan.class)) {
                Files.deleteIfExists(classes.resolve(type.getSimpleName() + ".class"));
            }
            Files.delete(classes);
        }
    }

    /** Makes the job's container, with so many MiB of live memory; returns its id. */
    static String createJob(EngineClient engine, int memory, int pauseMillis) throws IOException {
        ContainerConfig config = ContainerConfig.builder()
                .image(IMAGE)
                .cmd(Words.of(
                        "java",
                        "-Xmx" + (memory + 48) + "m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-cp",
                        "/" + CLASSES,
                        LongJob.class.getName(),
                        Integer.toString(memory),
                        Integer.toString(pauseMillis),
                        FILE))
                .build();
        HostConfig host = HostConfig.builder().networkMode("none").build();
        return engine.containers()
                .create(
                        ContainerCreateRequest.builder()
                                .config(config)
                                .hostConfig(host)
                                .build(),
                        NAME)
                .id();
    }

    private void checkpoint(EngineClient engine, String id) throws IOException {
        narrator.accept("a checkpoint is made while the job runs on");
        CheckpointDetail detail =
                engine.ferry().createCheckpoint(id, new CheckpointRequest(CHECKPOINT, true, false, false));
        report.figure("frozen for", Quantities.micros(detail.timings().frozen()));
        report.figure("checkpoint made in", Quantities.micros(detail.timings().total()));
        report.figure("checkpoint, whole", Quantities.bytes(detail.sizes().total()));
        report.figure("  memory pages", Quantities.bytes(detail.sizes().memory()));
        report.figure("  changed files", Quantities.bytes(detail.sizes().writableLayer()));
        report.check(
                "the checkpoint holds the job's memory",
                detail.sizes().memory() >= (long) memory << 20,
                "only " + Quantities.bytes(detail.sizes().memory()));
    }

    private void restore(EngineClient engine, String id) throws IOException {
        narrator.accept("the new engine restores the job");
        RestoreDetail detail = engine.ferry().restore(id, new RestoreRequest(CHECKPOINT, false));
        report.figure("restored in", Quantities.micros(detail.total()));
        report.figure("  verifying every file", Quantities.micros(detail.verify()));
        report.figure("  CRIU", Quantities.micros(detail.restore()));
    }

    /** The crash may have taken steps made after the checkpoint; the restored job makes them again, exactly alike. */
    private void judge(EngineClient engine, String id, JobTrace before, long safe) throws IOException {
        JobTrace all = output(engine, id);
        JobTrace after = all.from(before.steps().size());
        JobTrace file = JobTrace.ofFile(read(engine, id));
        report.figure("steps before the crash", Long.toString(before.last()));
        report.figure("  safe in the checkpoint", Long.toString(safe));
        report.figure("  lost and made again", Long.toString(before.last() - safe));
        report.figure("steps now", Long.toString(after.last()));
        report.check("output until the crash has no gap and no repeat", before.gap(1));
        report.check("output goes on right after the checkpoint, no gap, no repeat", after.gap(safe + 1));
        report.check("the file has each step once", file.gap(1));
        report.check(
                "the file has all steps of the output",
                file.last() >= after.last(),
                "it ends with " + file.last() + " before " + after.last());
        report.check(
                "every checksum of " + memory + " MiB is right, computed again outside",
                all.wrongMemory(memory).or(() -> file.wrongMemory(memory)));
        report.check("the job runs", engine.containers().inspect(id).state().running(), "it does not");
    }

    private long firstStepAfter(EngineClient engine, String id, JobTrace before)
            throws IOException, InterruptedException {
        int known = before.steps().size();
        return await("the first step after the restore", () -> {
            JobTrace now = output(engine, id);
            return now.steps().size() > known
                    ? Optional.of(now.steps().get(known).number())
                    : faultOrEmpty(now);
        });
    }

    private void awaitStep(EngineClient engine, String id, long step) throws IOException, InterruptedException {
        long reached = await("step " + step, () -> {
            JobTrace now = output(engine, id);
            return now.last() >= step && now.faults().isEmpty() ? Optional.of(now.last()) : faultOrEmpty(now);
        });
        narrator.accept("the job has made step " + reached);
    }

    private static Optional<Long> faultOrEmpty(JobTrace trace) throws Refusal {
        if (!trace.faults().isEmpty()) {
            throw new Refusal("the job says: " + String.join("; ", trace.faults()));
        }
        return Optional.empty();
    }

    /** Something that may not have happened yet. */
    @FunctionalInterface
    private interface Probe {
        Optional<Long> look() throws IOException;
    }

    private static long await(String what, Probe probe) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<Long> found = probe.look();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > deadline) {
                throw new Refusal(what + " did not come within " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(100);
        }
    }

    /** Everything that the job has said. */
    static JobTrace output(EngineClient engine, String id) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Response logs = engine.containers().logs(id, LogOptions.everything())) {
            new FrameReader(logs.body()).copy(out, out);
        }
        return JobTrace.ofOutput(out.toString(StandardCharsets.UTF_8));
    }

    /** The file that the job writes. */
    static String read(EngineClient engine, String id) throws IOException {
        ExecCreateRequest cat = ExecCreateRequest.builder()
                .attachStdout(true)
                .attachStderr(true)
                .cmd(List.of("cat", FILE))
                .build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Hijacked stream = engine.execs().start(engine.execs().create(id, cat), false)) {
            new FrameReader(stream.in()).copy(out, OutputStream.nullOutputStream());
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void removeJob(EngineClient engine) {
        // an interrupted demonstration is cleared away like a finished one
        boolean interrupted = Thread.interrupted();
        try {
            engine.containers().remove(NAME, true, true);
        } catch (IOException e) {
            // nothing was made yet, or the engine is gone: the place is cleared in any case
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
