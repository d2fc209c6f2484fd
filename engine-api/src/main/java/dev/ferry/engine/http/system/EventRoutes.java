package dev.ferry.engine.http.system;

import dev.ferry.api.model.event.EventActor;
import dev.ferry.api.model.event.EventMessage;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.event.EngineEvent;
import dev.ferry.engine.event.EventBus;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Filters;
import dev.ferry.engine.http.Hijack;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.http.Timestamps;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The stream of events: JSON objects one after the other until the client leaves or the asked time is reached. */
public final class EventRoutes implements RouteGroup {

    private static final List<String> FILTERS = List.of("type", "event", "container", "image", "label");
    private static final long LOOK_UP_MILLIS = 200;

    private final EventBus bus;

    /** Over a bus. */
    public EventRoutes(EventBus bus) {
        this.bus = bus;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/events", this::events);
    }

    private void events(Context ctx) throws IOException {
        @Nullable Instant since = Timestamps.of(ctx, "since");
        @Nullable Instant until = Timestamps.of(ctx, "until");
        Map<String, List<String>> filters = Filters.of(ctx);
        for (String key : filters.keySet()) {
            if (!FILTERS.contains(key)) {
                throw new InvalidRequest("filter.unknown", "invalid filter '" + key + "'");
            }
        }
        EventBus.Subscription subscription = bus.subscribe(since);
        Hijack.start(ctx, null, "application/json", connection -> {
            AtomicBoolean left = new AtomicBoolean();
            connection.whenClientLeaves(() -> left.set(true));
            try (subscription) {
                stream(subscription, until, filters, left, connection.output());
            }
        });
    }

    private static void stream(
            EventBus.Subscription subscription,
            @Nullable Instant until,
            Map<String, List<String>> filters,
            AtomicBoolean left,
            OutputStream out)
            throws IOException, InterruptedException {
        while (!left.get() && !subscription.overflowed()) {
            EngineEvent event = subscription.next(LOOK_UP_MILLIS);
            if (event == null) {
                if (until != null && !Instant.now().isBefore(until)) {
                    return;
                }
                continue;
            }
            if (until != null && event.at().isAfter(until)) {
                return;
            }
            if (admits(filters, event)) {
                out.write(line(event));
            }
        }
    }

    private static byte[] line(EngineEvent event) {
        byte[] json = Answers.bytes(message(event));
        byte[] line = new byte[json.length + 1];
        System.arraycopy(json, 0, line, 0, json.length);
        line[json.length] = '\n';
        return line;
    }

    /** Status, id and from are docker's first form of an event, which clients still read for containers and images. */
    static EventMessage message(EngineEvent event) {
        boolean old = event.type().equals("container") || event.type().equals("image");
        long nanos = ChronoUnit.NANOS.between(Instant.EPOCH, event.at());
        return new EventMessage(
                old ? event.action() : "",
                old ? event.actor() : "",
                event.attributes().getOrDefault("image", ""),
                event.type(),
                event.action(),
                new EventActor(event.actor(), event.attributes()),
                "local",
                event.at().getEpochSecond(),
                nanos);
    }

    static boolean admits(Map<String, List<String>> filters, EngineEvent event) {
        return any(filters, "type", List.of(event.type()))
                && any(filters, "event", List.of(event.action(), verb(event.action())))
                && (!filters.containsKey("container")
                        || (event.type().equals("container")
                                && any(filters, "container", List.of(event.actor(), attribute(event, "name")))))
                && any(filters, "image", List.of(attribute(event, "image"), attribute(event, "name"), event.actor()))
                && labels(filters, event);
    }

    private static boolean any(Map<String, List<String>> filters, String key, List<String> candidates) {
        List<String> wanted = filters.get(key);
        return wanted == null || wanted.isEmpty() || wanted.stream().anyMatch(candidates::contains);
    }

    private static boolean labels(Map<String, List<String>> filters, EngineEvent event) {
        return filters.getOrDefault("label", List.of()).stream().allMatch(label -> {
            int equals = label.indexOf('=');
            return equals < 0
                    ? event.attributes().containsKey(label)
                    : label.substring(equals + 1).equals(event.attributes().get(label.substring(0, equals)));
        });
    }

    private static String verb(String action) {
        int colon = action.indexOf(':');
        return colon < 0 ? action : action.substring(0, colon);
    }

    private static String attribute(EngineEvent event, String name) {
        return event.attributes().getOrDefault(name, "");
    }
}
