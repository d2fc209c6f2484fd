package dev.ferry.engine.container;

import dev.ferry.api.model.container.HostConfig;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ForeignRuntime;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OCI runtimes that containers may be run with: the one that is built in, and those that the engine was told of. Which one a container
 * has is settled when it is made; in its record an empty name is the built-in one.
 */
public final class Runtimes {

    /** What the built-in one is called. */
    public static final String BUILT_IN = "ferry";

    private static final Logger LOG = LoggerFactory.getLogger(Runtimes.class);

    private final SortedMap<String, ForeignRuntime> others;
    private final String byDefault;
    private final Path home;
    private final ContainerLauncher launcher;

    /**
     * From what the engine was started with.
     *
     * @param programs name to absolute path, without the built-in one
     * @param byDefault one of those names, or {@link #BUILT_IN}
     * @param home where they keep what they know of containers; need not survive a reboot
     */
    public Runtimes(Map<String, Path> programs, String byDefault, Path home, ContainerLauncher launcher) {
        SortedMap<String, ForeignRuntime> known = new TreeMap<>();
        programs.forEach((name, program) -> known.put(name, new ForeignRuntime(name, program, home.resolve(name))));
        this.others = Collections.unmodifiableSortedMap(known);
        this.byDefault = byDefault;
        this.home = home;
        this.launcher = launcher;
    }

    /** All but the built-in one. */
    public SortedMap<String, ForeignRuntime> others() {
        return others;
    }

    /** Which one a container gets that asks for none. */
    public String byDefault() {
        return byDefault;
    }

    /** The name of a container's runtime, as users know it. */
    public static String name(HostConfig host) {
        return host.runtime().isEmpty() ? BUILT_IN : host.runtime();
    }

    /** Whether a container that is there has the built-in one. */
    static boolean isBuiltIn(HostConfig host) {
        return name(host).equals(BUILT_IN);
    }

    /**
     * Says which one a new container has.
     *
     * @throws InvalidRequest if nobody knows the one it asks for
     */
    HostConfig settle(HostConfig asked) {
        if (asked.runtime().isEmpty()) {
            return byDefault.equals(BUILT_IN)
                    ? asked
                    : asked.toBuilder().runtime(byDefault).build();
        }
        require(asked.runtime());
        return asked;
    }

    /**
     * A container's runtime; empty for the built-in one.
     *
     * @throws InvalidRequest if it is not configured any more
     */
    public Optional<ForeignRuntime> of(ContainerRecord record) {
        if (isBuiltIn(record.host())) {
            return Optional.empty();
        }
        require(record.host().runtime());
        return Optional.ofNullable(others.get(record.host().runtime()));
    }

    private void require(String name) {
        if (!name.equals(BUILT_IN) && !others.containsKey(name)) {
            throw new InvalidRequest("container.runtime", "unknown or invalid runtime name: " + name);
        }
    }

    /** What the present incarnation of a container is called at a runtime that is not built in. */
    static String identity(ContainerRecord record) {
        return record.id().text() + "." + record.incarnation();
    }

    /** What is done by us with processes that we have made, and by nobody with those that another runtime has. */
    static void requireBuiltIn(HostConfig host, String what) {
        if (!isBuiltIn(host)) {
            throw new Unsupported(
                    "container.runtime",
                    what + " of a container of runtime \"" + host.runtime()
                            + "\" is not supported: run it with --runtime " + BUILT_IN);
        }
    }

    /** Has another runtime forget an incarnation that has ended. Failures are logged: a few files stay until the next reboot. */
    void release(ContainerRecord record) {
        if (isBuiltIn(record.host()) || record.incarnation() == 0) {
            return;
        }
        String name = record.host().runtime();
        String identity = identity(record);
        Path states = home.resolve(name).resolve("states");
        ForeignRuntime runtime = others.get(name);
        try {
            if (!knows(states, identity)) {
                return;
            }
            if (runtime != null) {
                launcher.forget(runtime, identity);
            } else {
                LOG.warn("runtime \"{}\" of container {} is not configured any more", name, record.id());
                Incarnations.deleteTree(states.resolve(identity));
            }
        } catch (SpawnException | IOException e) {
            LOG.warn("runtime \"{}\" does not let go of container {}: {}", name, record.id(), e.getMessage());
        }
    }

    /** Most have a directory of that name, some have files that are named after it. */
    private static boolean knows(Path states, String identity) throws IOException {
        if (Files.notExists(states)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(states)) {
            return entries.anyMatch(entry -> String.valueOf(entry.getFileName()).contains(identity));
        }
    }
}
