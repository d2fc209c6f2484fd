package dev.ferry.engine.http.container;

import dev.ferry.api.model.container.Health;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.error.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which containers a list shows. Values of one key are alternatives, keys add up; labels all have to be there. */
final class ContainerFilter {

    private static final List<String> STATES =
            List.of("created", "running", "paused", "restarting", "removing", "exited", "dead");

    private static final List<String> HEALTHS = List.of("none", "starting", "healthy", "unhealthy");

    private final Map<String, List<String>> filters;
    private final ContainerRegistry registry;

    ContainerFilter(Map<String, List<String>> filters, ContainerRegistry registry) {
        this.filters = filters;
        this.registry = registry;
        filters.forEach(ContainerFilter::check);
    }

    /** Whether somebody asks for states, and so for those that do not run too. */
    boolean namesStates() {
        return filters.containsKey("status") || filters.containsKey("exited");
    }

    boolean admits(Container container) {
        ContainerRecord record = container.record();
        return filters.entrySet().stream()
                .allMatch(f -> f.getKey().equals("health")
                        ? f.getValue().contains(health(container))
                        : admits(f.getKey(), f.getValue(), record));
    }

    private boolean admits(String key, List<String> values, ContainerRecord r) {
        return switch (key) {
            case "id" -> values.stream().anyMatch(v -> r.id().text().startsWith(v));
            case "name" ->
                values.stream()
                        .anyMatch(v -> Pattern.compile(v).matcher(r.name()).find()
                                || Pattern.compile(v).matcher("/" + r.name()).find());
            case "label" -> values.stream().allMatch(v -> hasLabel(r, v));
            case "status" -> values.contains(r.status().word());
            case "exited" -> r.status() instanceof Status.Exited e && values.contains(Integer.toString(e.code()));
            case "ancestor" ->
                values.stream()
                        .anyMatch(v -> r.config().image().equals(v)
                                || r.config().image().equals(v + ":latest")
                                || r.image().equals(v)
                                || r.image().startsWith("sha256:" + v));
            case "before" ->
                values.stream()
                        .anyMatch(v ->
                                r.created().isBefore(registry.find(v).record().created()));
            case "since" ->
                values.stream()
                        .anyMatch(v ->
                                r.created().isAfter(registry.find(v).record().created()));
            case "network" -> values.contains(ContainerViews.mode(r.host()));
            case "volume" ->
                r.attachments().stream()
                        .anyMatch(each -> values.contains(each.volume())
                                || values.contains(each.source())
                                || values.contains(each.destination()));
            case "is-task" -> values.contains("false");
            default -> false;
        };
    }

    private static String health(Container container) {
        Health health = container.health();
        return health == null ? "none" : health.status();
    }

    private static boolean hasLabel(ContainerRecord record, String wanted) {
        int equals = wanted.indexOf('=');
        return equals < 0
                ? record.config().labels().containsKey(wanted)
                : wanted.substring(equals + 1).equals(record.config().labels().get(wanted.substring(0, equals)));
    }

    private static void check(String key, List<String> values) {
        switch (key) {
            case "status" -> {
                for (String value : values) {
                    if (!STATES.contains(value)) {
                        throw new InvalidRequest("filter.value", "invalid filter 'status=" + value + "'");
                    }
                }
            }
            case "health" -> {
                for (String value : values) {
                    if (!HEALTHS.contains(value)) {
                        throw new InvalidRequest("filter.value", "invalid filter 'health=" + value + "'");
                    }
                }
            }
            case "name" -> {
                for (String value : values) {
                    try {
                        Pattern.compile(value);
                    } catch (PatternSyntaxException e) {
                        throw new InvalidRequest("filter.value", "invalid filter 'name=" + value + "'", e);
                    }
                }
            }
            case "id",
                    "label",
                    "exited",
                    "ancestor",
                    "before",
                    "since",
                    "network",
                    "is-task",
                    "volume",
                    "publish",
                    "expose" -> {}
            default -> throw new InvalidRequest("filter.key", "invalid filter '" + key + "'");
        }
    }
}
