package dev.ferry.bench.migrate;

import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationStep;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A container that two engines send each other. */
final class FerryMover implements Mover {
    /** Of the two, the first one has the container. */
    private EngineOnHost here;

    private EngineOnHost there;
    private final String id;

    FerryMover(EngineOnHost a, EngineOnHost b, String image, long bytes) throws IOException {
        this.here = a;
        this.there = b;
        this.id = a.client()
                .containers()
                .create(
                        ContainerCreateRequest.builder()
                                .config(ContainerConfig.builder()
                                        .image(image)
                                        .cmd(new Words(Beats.program(bytes)))
                                        .build())
                                .hostConfig(
                                        HostConfig.builder().networkMode("none").build())
                                .build(),
                        "")
                .id();
        a.client().containers().start(id);
        beats(a).awaitAfter(Instant.EPOCH);
    }

    private Beats beats(EngineOnHost engine) {
        return new Beats.InLog(engine.log(id));
    }

    @Override
    public Passage move() throws IOException {
        Instant begin = Instant.now();
        beats(here).awaitAfter(begin);
        long source = here.written();
        long target = there.written();
        String migration = here.client()
                .migrations()
                .begin(new MigrationRequest(id, there.name(), false, false, List.of(), 0))
                .id();
        // returns when it is over
        here.client().migrations().follow(migration, detail -> {});
        MigrationDetail detail = here.client().migrations().inspect(migration);
        if (!detail.outcome().equals("moved")) {
            throw new IOException(
                    "the migration to \"" + there.name() + "\" has " + detail.outcome() + ": " + detail.error());
        }
        beats(there).awaitAfter(Instant.parse(detail.ended()));
        Passage.Written written = new Passage.Written(here.written() - source, there.written() - target);
        Passage.Silence silence = Passage.Silence.longestOf(beats(there).since(begin));
        EngineOnHost former = here;
        here = there;
        there = former;
        return passage(detail, silence, written);
    }

    static Passage passage(MigrationDetail detail, Passage.Silence silence, Passage.Written written) {
        Instant begun = Instant.parse(detail.begun());
        Map<Phase, Instant> ends = new EnumMap<>(Phase.class);
        Instant asked = silence.lastBeat();
        for (MigrationStep step : detail.timeline()) {
            Instant start = begun.plus(step.startMicros(), ChronoUnit.MICROS);
            Instant end = start.plus(step.durationMicros(), ChronoUnit.MICROS);
            switch (step.name()) {
                case "dump" -> {
                    asked = start;
                    ends.put(Phase.DUMP, end);
                }
                case "ship" -> ends.put(Phase.SHIP, end);
                case "verify" -> ends.put(Phase.VERIFY, end);
                case "restore" -> ends.put(Phase.RESTORE, end);
                case "hand-over" -> ends.put(Phase.HAND_OVER, end);
                default -> {
                    // while the container runs
                }
            }
        }
        return new Passage(
                silence.length(),
                Duration.between(begun, Instant.parse(detail.ended())),
                detail.progress().bytesSent(),
                Optional.of(written),
                silence.phases(asked, ends));
    }

    @Override
    public void close() throws IOException {
        here.client().containers().remove(id, true, true);
    }
}
