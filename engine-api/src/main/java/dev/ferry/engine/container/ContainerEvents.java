package dev.ferry.engine.container;

import dev.ferry.engine.event.EventBus;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells the world what happens to containers, with the attributes that docker's events have. */
public final class ContainerEvents {

    private final EventBus bus;

    /** Onto that bus. */
    public ContainerEvents(EventBus bus) {
        this.bus = bus;
    }

    /** Something happened. */
    public void tell(ContainerRecord record, String action) {
        tell(record, action, Map.of());
    }

    /** Something happened, with more to say. */
    public void tell(ContainerRecord record, String action, Map<String, String> more) {
        Map<String, String> attributes = new LinkedHashMap<>(record.config().labels());
        attributes.put("image", record.config().image());
        attributes.put("name", record.name());
        attributes.putAll(more);
        bus.publish("container", action, record.id().text(), attributes);
    }
}
