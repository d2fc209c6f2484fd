package dev.ferry.engine.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.image.ImageService;
import dev.ferry.runtime.cgroup.FrozenCgroup;
import dev.ferry.store.image.CommitRequest;
import dev.ferry.store.image.ExecutionDefaults;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes images of containers. */
public final class CommitService {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration FREEZE_DEADLINE = Duration.ofSeconds(10);

    private final ContainerRegistry registry;
    private final Incarnations incarnations;
    private final ImageService images;
    private final ContainerEvents events;

    /** From its parts. */
    public CommitService(
            ContainerRegistry registry, Incarnations incarnations, ImageService images, ContainerEvents events) {
        this.registry = registry;
        this.incarnations = incarnations;
        this.images = images;
        this.events = events;
    }

    /**
     * What is asked for.
     *
     * @param name of the image; empty for none
     * @param config instead of the container's; what it leaves out is the container's
     * @param pause whether the container stands still meanwhile
     */
    public record Wish(
            String name,
            String author,
            String comment,
            List<String> changes,
            Optional<ContainerConfig> config,
            boolean pause) {}

    /** Makes it, and answers with the image's id. */
    public String commit(String reference, Wish wish) throws InterruptedException {
        Container container = registry.find(reference);
        return container.lane().call(() -> commitOnLane(container, wish));
    }

    private String commitOnLane(Container container, Wish wish) {
        ContainerRecord record = container.record();
        ContainerConfig own = record.config();
        CommitRequest request = new CommitRequest(
                execution(wish.config().map(asked -> merged(asked, own)).orElse(own)),
                wish.changes(),
                wish.author(),
                wish.comment(),
                String.join(" ", words(own.cmd())));
        String id;
        try {
            if (wish.pause() && record.status() instanceof Status.Running) {
                FrozenCgroup frozen = incarnations.cgroup(record).freeze(FREEZE_DEADLINE);
                try {
                    id = images.commit(record.image(), wish.name(), request, out -> writeLayer(record, out));
                } finally {
                    frozen.close();
                }
            } else {
                id = images.commit(record.image(), wish.name(), request, out -> writeLayer(record, out));
            }
        } catch (IOException e) {
            throw new Failed("container.commit", "cannot commit container " + record.name() + ": " + e.getMessage(), e);
        }
        events.tell(record, "commit", Map.of("comment", wish.comment(), "imageID", id, "imageRef", wish.name()));
        return id;
    }

    private boolean writeLayer(ContainerRecord record, java.io.OutputStream out) throws IOException {
        try (ContainerLayer layer = ContainerLayer.open(incarnations.root(record))) {
            return layer.files().writeLayer(out);
        } catch (SnapshotException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** As docker merges them: what is absent comes from the container, variables, ports, volumes and labels add up. */
    private static ContainerConfig merged(ContainerConfig asked, ContainerConfig own) {
        Map<String, String> env = new LinkedHashMap<>();
        own.env().forEach(each -> env.put(each.split("=", 2)[0], each));
        asked.env().forEach(each -> env.put(each.split("=", 2)[0], each));
        Map<String, JsonNode> ports = new LinkedHashMap<>(own.exposedPorts());
        ports.putAll(asked.exposedPorts());
        Map<String, JsonNode> volumes = new LinkedHashMap<>(own.volumes() == null ? Map.of() : own.volumes());
        volumes.putAll(asked.volumes() == null ? Map.of() : asked.volumes());
        Map<String, String> labels = new LinkedHashMap<>(own.labels());
        labels.putAll(asked.labels());
        boolean ownCommand =
                words(asked.entrypoint()).isEmpty() && words(asked.cmd()).isEmpty();
        return own.toBuilder()
                .user(asked.user().isEmpty() ? own.user() : asked.user())
                .exposedPorts(ports)
                .env(new ArrayList<>(env.values()))
                .cmd(ownCommand ? own.cmd() : asked.cmd())
                .entrypoint(words(asked.entrypoint()).isEmpty() ? own.entrypoint() : asked.entrypoint())
                .volumes(volumes)
                .workingDir(asked.workingDir().isEmpty() ? own.workingDir() : asked.workingDir())
                .labels(labels)
                .stopSignal(asked.stopSignal().isEmpty() ? own.stopSignal() : asked.stopSignal())
                .healthcheck(asked.healthcheck() == null ? own.healthcheck() : asked.healthcheck())
                .build();
    }

    private static ExecutionDefaults execution(ContainerConfig c) {
        return new ExecutionDefaults(
                emptyIsNull(c.user()),
                objects(c.exposedPorts()),
                c.env(),
                c.entrypoint() == null ? null : words(c.entrypoint()),
                c.cmd() == null ? null : words(c.cmd()),
                c.volumes() == null ? null : objects(c.volumes()),
                emptyIsNull(c.workingDir()),
                c.labels().isEmpty() ? null : c.labels(),
                emptyIsNull(c.stopSignal()),
                c.healthcheck() == null ? null : healthcheck(c),
                null,
                c.shell() == null ? null : words(c.shell()),
                c.onBuild());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> healthcheck(ContainerConfig c) {
        return JSON.convertValue(c.healthcheck(), Map.class);
    }

    private static @Nullable Map<String, Map<String, Object>> objects(Map<String, JsonNode> nodes) {
        if (nodes.isEmpty()) {
            return null;
        }
        Map<String, Map<String, Object>> objects = new LinkedHashMap<>();
        nodes.keySet().forEach(key -> objects.put(key, Map.of()));
        return objects;
    }

    private static @Nullable String emptyIsNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static List<String> words(@Nullable Words words) {
        return words == null ? List.of() : words.list();
    }
}
