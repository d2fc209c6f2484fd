package dev.ferry.api.client;

import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationResolution;
import dev.ferry.api.model.ferry.MigrationVerdict;
import dev.ferry.api.wire.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Migrations, under {@code /ferry/v1/migrations}. */
public final class MigrationCalls {
    private static final String ALL = "migrations";

    private final FerryResources resources;

    MigrationCalls(EngineClient engine) {
        this.resources = new FerryResources(engine);
    }

    /** Begins one; {@link MigrationRequest#dryRun} must not be asked for. */
    public MigrationDetail begin(MigrationRequest request) throws IOException {
        return resources.post(MigrationDetail.class, Query.path(ALL), request);
    }

    /** Asks what speaks against one; {@link MigrationRequest#dryRun} must be asked for. */
    public MigrationVerdict dryRun(MigrationRequest request) throws IOException {
        return resources.post(MigrationVerdict.class, Query.path(ALL), request);
    }

    public List<MigrationDetail> list() throws IOException {
        return List.of(resources.get(MigrationDetail[].class, Query.path(ALL)));
    }

    public MigrationDetail inspect(String id) throws IOException {
        return resources.get(MigrationDetail.class, Query.path(ALL, id));
    }

    /** Hands over what it has come to, again and again, until it is over, or the engine ends in the middle. */
    public void follow(String id, Consumer<MigrationDetail> sink) throws IOException {
        followWhile(id, detail -> {
            sink.accept(detail);
            return true;
        });
    }

    /** The same, for as long as the sink says that it wants more. */
    public void followWhile(String id, Predicate<MigrationDetail> sink) throws IOException {
        try (Response response = resources.stream(Query.path(ALL, id, "events"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!sink.test(ApiJson.mapper().readValue(line, MigrationDetail.class))) {
                    return;
                }
            }
        }
    }

    public MigrationDetail cancel(String id) throws IOException {
        return resources.post(MigrationDetail.class, Query.path(ALL, id, "cancel"), new MigrationResolution(""));
    }

    /** {@code run}: "here" or "there". */
    public MigrationDetail resolve(String id, String run) throws IOException {
        return resources.post(MigrationDetail.class, Query.path(ALL, id, "resolve"), new MigrationResolution(run));
    }
}
