package dev.ferry.engine.container;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.state.StateUnreadable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** All containers of this engine, by id, by name, by the beginning of an id. Safe for use by many threads. */
public final class ContainerRegistry {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private final Map<ContainerId, Container> containers = new ConcurrentHashMap<>();
    private final Map<String, ContainerId> names = new ConcurrentHashMap<>();
    private final Map<ContainerId, StateUnreadable> damaged = new ConcurrentHashMap<>();

    /** A container whose record cannot be read; it is shown, and otherwise left alone. */
    public record Damaged(ContainerId id, String reason) {}

    /**
     * Takes a name for a container that is being made or renamed.
     *
     * @param asked with or without a leading slash; empty for a random name
     * @return the name
     */
    String reserve(String asked, ContainerId id) {
        String name = asked.startsWith("/") ? asked.substring(1) : asked;
        if (name.isEmpty()) {
            while (true) {
                String random = RandomNames.next(names::containsKey);
                if (names.putIfAbsent(random, id) == null) {
                    return random;
                }
            }
        }
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequest(
                    "container.name",
                    "Invalid container name (" + asked + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        ContainerId owner = names.putIfAbsent(name, id);
        if (owner != null) {
            throw new Conflict(
                    "container.name-taken",
                    "Conflict. The container name \"/" + name + "\" is already in use by container \"" + owner
                            + "\". You have to remove (or rename) that container to be able to reuse that name.");
        }
        return name;
    }

    void release(String name, ContainerId id) {
        names.remove(name, id);
    }

    void add(Container container) {
        names.put(container.record().name(), container.id());
        containers.put(container.id(), container);
    }

    void addDamaged(ContainerId id, StateUnreadable why) {
        damaged.put(id, why);
    }

    void remove(Container container) {
        containers.remove(container.id());
        names.remove(container.record().name(), container.id());
    }

    void removeDamaged(ContainerId id) {
        damaged.remove(id);
    }

    /** All, newest first. */
    public List<Container> all() {
        List<Container> all = new ArrayList<>(containers.values());
        all.sort(Comparator.comparing((Container c) -> c.record().created()).reversed());
        return all;
    }

    /** Those whose records cannot be read. */
    public List<Damaged> damaged() {
        return damaged.entrySet().stream()
                .map(e -> new Damaged(e.getKey(), String.valueOf(e.getValue().getMessage())))
                .toList();
    }

    /**
     * The container that people mean by a name, an id, or the beginning of one.
     *
     * @throws NotFound with docker's words
     * @throws Conflict if its record cannot be read
     */
    public Container find(String reference) {
        String name = reference.startsWith("/") ? reference.substring(1) : reference;
        if (ContainerId.is(name)) {
            Container exact = containers.get(new ContainerId(name));
            if (exact != null) {
                return exact;
            }
        }
        ContainerId named = names.get(name);
        if (named != null) {
            Container container = containers.get(named);
            if (container != null) {
                return container;
            }
        }
        if (!name.isEmpty()) {
            List<Container> begin = containers.values().stream()
                    .filter(c -> c.id().text().startsWith(name))
                    .toList();
            if (begin.size() > 1) {
                throw new InvalidRequest("container.ambiguous", "multiple IDs found with provided prefix: " + name);
            }
            if (begin.size() == 1) {
                return begin.getFirst();
            }
            for (Map.Entry<ContainerId, StateUnreadable> entry : damaged.entrySet()) {
                if (entry.getKey().text().startsWith(name)) {
                    throw new Conflict(
                            "container.damaged",
                            "container " + entry.getKey() + " is damaged: "
                                    + entry.getValue().getMessage());
                }
            }
        }
        throw new NotFound("container.missing", "No such container: " + reference);
    }
}
