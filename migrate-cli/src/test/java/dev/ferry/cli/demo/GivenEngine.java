package dev.ferry.cli.demo;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.wire.EngineAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An engine that somebody has started, perhaps on another machine: only what it says itself is known of it. */
final class GivenEngine implements TripEngine {
    private final String name;
    private final EngineClient client;

    private GivenEngine(String name, EngineClient client) {
        this.name = name;
        this.client = client;
    }

    /**
     * Reads two of them.
     *
     * @param text {@code NAME=ADDRESS,NAME=ADDRESS}: what each is called by the other, and where its API is
     */
    static List<TripEngine> parse(String text) {
        List<TripEngine> engines = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("\"" + text
                        + "\" is not of the form NAME=ADDRESS,NAME=ADDRESS, such as a=tcp://host-a:2375,b=…");
            }
            engines.add(new GivenEngine(
                    each.substring(0, equals), EngineClient.of(EngineAddress.parse(each.substring(equals + 1)))));
        }
        if (engines.size() != 2) {
            throw new IllegalArgumentException("\"" + text + "\" names " + engines.size() + " engines, not two");
        }
        return engines;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public EngineClient client() {
        return client;
    }

    @Override
    public Map<String, Integer> holdings() throws IOException {
        Map<String, Integer> held = new TreeMap<>();
        client.containers().list(true, Map.of()).forEach(each -> held.put("container " + each.id(), 1));
        client.images().list(true).forEach(each -> held.put("image " + each.id(), 1));
        return held;
    }

    @Override
    public List<String> holders() {
        return List.of();
    }

    /** It stays as it is, without the job. */
    @Override
    public void close() throws IOException {
        try (client) {
            for (ContainerSummary each : client.containers().list(true, Map.of())) {
                if (each.names().contains("/" + Demo.NAME)) {
                    client.containers().remove(each.id(), true, true);
                }
            }
            client.images().remove(Demo.IMAGE, true);
        }
    }
}
