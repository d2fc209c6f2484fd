package dev.ferry.engine.container;

import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.image.HealthConfig;
import dev.ferry.engine.error.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an image says about how it is to be run, as far as a container takes it over.
 *
 * @param cmd empty for none
 * @param entrypoint empty for none
 */
public record ImageDefaults(
        String user,
        List<String> env,
        List<String> cmd,
        List<String> entrypoint,
        String workingDirectory,
        Map<String, String> labels,
        String stopSignal,
        @Nullable HealthConfig healthcheck) {

    /** Docker's search path for images that name none. */
    static final String DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Copies the collections. */
    public ImageDefaults {
        env = List.copyOf(env);
        cmd = List.copyOf(cmd);
        entrypoint = List.copyOf(entrypoint);
        labels = Map.copyOf(labels);
    }

    /**
     * The configuration of a container: what was asked for, completed by what the image says. An entrypoint that was asked for sets the
     * image's command aside; an entrypoint of one empty word sets the image's entrypoint aside.
     *
     * @throws InvalidRequest if nothing is left to run
     */
    ContainerConfig complete(ContainerConfig asked, ContainerId id) {
        List<String> askedEntrypoint = words(asked.entrypoint());
        List<String> askedCmd = words(asked.cmd());
        boolean reset =
                askedEntrypoint.size() == 1 && askedEntrypoint.getFirst().isEmpty();
        List<String> entrypointNow = reset ? List.of() : askedEntrypoint.isEmpty() ? entrypoint : askedEntrypoint;
        List<String> cmdNow = askedCmd.isEmpty() && askedEntrypoint.isEmpty() ? cmd : askedCmd;
        if (entrypointNow.isEmpty() && cmdNow.isEmpty()) {
            throw new InvalidRequest("container.no-command", "no command specified");
        }
        Map<String, String> allLabels = new LinkedHashMap<>(labels);
        allLabels.putAll(asked.labels());
        return asked.toBuilder()
                .hostname(asked.hostname().isEmpty() ? id.abbreviated() : asked.hostname())
                .user(asked.user().isEmpty() ? user : asked.user())
                .env(mergedEnv(asked.env()))
                .cmd(cmdNow.isEmpty() ? null : new Words(cmdNow))
                .entrypoint(entrypointNow.isEmpty() ? null : new Words(entrypointNow))
                .workingDir(asked.workingDir().isEmpty() ? workingDirectory : asked.workingDir())
                .labels(allLabels)
                .stopSignal(asked.stopSignal().isEmpty() ? stopSignal : asked.stopSignal())
                .healthcheck(mergedHealth(asked.healthcheck()))
                .build();
    }

    /** What a completed configuration executes. */
    static List<String> arguments(ContainerConfig config) {
        List<String> all = new ArrayList<>(words(config.entrypoint()));
        all.addAll(words(config.cmd()));
        return all;
    }

    private List<String> mergedEnv(List<String> asked) {
        Map<String, String> merged = new LinkedHashMap<>();
        merged.put("PATH", DEFAULT_PATH);
        for (String entry : env) {
            merged.put(key(entry), entry);
        }
        for (String entry : asked) {
            // docker: a name without a value takes the image's away
            if (entry.indexOf('=') < 0) {
                merged.remove(entry);
            } else {
                merged.put(key(entry), entry);
            }
        }
        return List.copyOf(merged.values());
    }

    /** What is not said of the check is the image's, one by one. */
    private @Nullable HealthConfig mergedHealth(@Nullable HealthConfig asked) {
        HealthConfig own = healthcheck;
        if (asked == null || own == null) {
            return asked == null ? own : asked;
        }
        return new HealthConfig(
                asked.test().isEmpty() ? own.test() : asked.test(),
                asked.interval() == 0 ? own.interval() : asked.interval(),
                asked.timeout() == 0 ? own.timeout() : asked.timeout(),
                asked.retries() == 0 ? own.retries() : asked.retries(),
                asked.startPeriod() == 0 ? own.startPeriod() : asked.startPeriod(),
                asked.startInterval() == 0 ? own.startInterval() : asked.startInterval());
    }

    private static String key(String entry) {
        int equals = entry.indexOf('=');
        return equals < 0 ? entry : entry.substring(0, equals);
    }

    private static List<String> words(@Nullable Words words) {
        return words == null ? List.of() : words.list();
    }
}
