package dev.ferry.cli.invocation;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.cli.render.Console;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one call of {@code ferry} knows of the world around it: its console, its environment, and which engine is meant. */
public final class Invocation {
    /** Where an engine listens when nothing else is said. */
    public static final String DEFAULT_HOST = "unix:///run/ferry/ferry.sock";

    private final Console console;
    private final Map<String, String> environment;
    private @Nullable String host;

    public Invocation(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = Map.copyOf(environment);
    }

    public Console console() {
        return console;
    }

    /** The value of an environment variable, empty when it is not set. */
    public String environment(String name) {
        return environment.getOrDefault(name, "");
    }

    /** All environment variables. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The option {@code --host}. */
    public void useHost(String address) {
        host = address;
    }

    /**
     * The option, else {@code FERRY_HOST}, else {@code DOCKER_HOST}, else {@link #DEFAULT_HOST}.
     *
     * @throws UsageError when the text is no address
     */
    public EngineAddress address() {
        String text = host;
        String origin = "--host";
        if (text == null) {
            origin = "FERRY_HOST";
            text = environment("FERRY_HOST");
        }
        if (text.isEmpty()) {
            origin = "DOCKER_HOST";
            text = environment("DOCKER_HOST");
        }
        if (text.isEmpty()) {
            text = DEFAULT_HOST;
        }
        try {
            return EngineAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageError(origin + ": " + e.getMessage(), e);
        }
    }

    /** A client of the engine that is meant; nothing is connected yet. */
    public EngineClient engine() {
        return EngineClient.of(address());
    }
}
