package dev.ferry.runtime.systemd;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.oci.LinuxResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A container's cgroup as a transient scope unit of systemd.
 *
 * <p>systemd makes it where it counts processes and where it keeps limits; in the other hierarchies of a host with version 1 this runtime makes
 * a cgroup of the same path. Limits that systemd knows are properties of the unit, or it would take them back; all are written into the
 * cgroup's files too, which is the unit's delegation. Everything else, to freeze it for instance, is the cgroup's and no matter of systemd.
 */
public final class Scope {
    /** As long as runc waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CgroupHierarchies hierarchies;
    private final String unit;
    private final Cgroup cgroup;
    private final Path proc;
    private final Connector connector;

    /** How systemd is reached. */
    @FunctionalInterface
    interface Connector {
        /** A connection, the caller's to close. */
        Systemd connect() throws SystemdException;
    }

    Scope(CgroupHierarchies hierarchies, String unit, Cgroup cgroup, Path proc, Connector connector) {
        this.hierarchies = hierarchies;
        this.unit = unit;
        this.cgroup = cgroup;
        this.proc = proc;
        this.connector = connector;
    }

    /**
     * One that exists, or that is to be made.
     *
     * @param unit its name
     * @param cgroup where it is in every hierarchy
     */
    public static Scope of(CgroupHierarchies hierarchies, String unit, Cgroup cgroup) {
        return new Scope(hierarchies, unit, cgroup, Path.of("/proc"), () -> {
            Systemd.requireRunning();
            return Systemd.ofHost(System.getenv(), PATIENCE);
        });
    }

    /** What a new scope is made of. */
    public record Request(ScopeName name, LinuxResources resources, Map<String, String> annotations, Path images) {}

    /** A scope that a process of ours keeps, until the container's first one is inside. */
    public static final class Held implements AutoCloseable {
        private final Holder holder;

        private Held(Holder holder) {
            this.holder = holder;
        }

        /** Leaves it to the container. */
        @Override
        public void close() throws IOException {
            holder.close();
        }
    }

    /**
     * Makes it. Nothing of it is left when that fails.
     *
     * @throws SystemdException when systemd does not do it
     * @throws dev.ferry.runtime.cgroup.LimitUnsupported when this host cannot keep a limit
     * @throws IllegalArgumentException when an annotation or a limit cannot be read
     */
    public Held start(Request request) throws IOException {
        List<Property> annotated = AnnotatedProperties.of(request.annotations());
        CgroupHierarchies.requireSupported(cgroup, request.resources());
        try (Systemd systemd = connector.connect()) {
            List<Property> limits = limits(systemd, request.resources(), null);
            // one that is left over and empty would lend its limits
            cgroup.delete(Duration.ZERO);
            Holder holder = Holder.start(request.images());
            boolean done = false;
            boolean answers = true;
            try {
                List<Property> properties = new ArrayList<>(properties(request.name(), holder.pid()));
                properties.addAll(annotated);
                properties.addAll(limits);
                startOnce(systemd, properties);
                requireInside(holder.pid());
                hierarchies.ensure(cgroup.path());
                cgroup.limit(LimitProperties.rounded(request.resources(), null));
                done = true;
                return new Held(holder);
            } catch (BusUnusable e) {
                answers = false;
                throw e;
            } finally {
                if (!done) {
                    undo(answers ? Optional.of(systemd) : Optional.empty(), holder);
                }
            }
        }
    }

    /** As runc sets them. */
    private List<Property> properties(ScopeName name, int pid) {
        return List.of(
                new Property("Description", Value.text("ferry container " + name.name())),
                new Property("Slice", Value.text(name.slice())),
                new Property("Delegate", Value.flag(true)),
                new Property("PIDs", new Value.Array("u", List.of(new Value.Whole('u', pid)))),
                new Property("MemoryAccounting", Value.flag(true)),
                new Property("CPUAccounting", Value.flag(true)),
                new Property(isUnified() ? "IOAccounting" : "BlockIOAccounting", Value.flag(true)),
                new Property("TasksAccounting", Value.flag(true)),
                new Property("DefaultDependencies", Value.flag(false)));
    }

    private boolean isUnified() {
        return hierarchies.mode() == CgroupMode.V2;
    }

    /** A unit of that name that has failed is only a memory of systemd's: it forgets that one when it is asked to. */
    private void startOnce(Systemd systemd, List<Property> properties) throws SystemdException {
        try {
            systemd.startTransient(unit, properties);
        } catch (SystemdRefused e) {
            if (!e.is("UnitExists")) {
                throw e;
            }
            systemd.resetFailed(unit);
            systemd.startTransient(unit, properties);
        }
    }

    /** The rest relies on it; a systemd that runs in a cgroup of its own would count from there. */
    private void requireInside(int pid) throws IOException {
        CgroupHierarchy tracked = tracked();
        String expected = tracked.kernelPath(cgroup.path());
        for (String line : Files.readAllLines(proc.resolve(pid + "/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && fields[1].equals(tracked.name()) && !fields[2].equals(expected)) {
                throw new JobFailed(
                        "systemd has put the scope \"%s\" into the cgroup \"%s\" and not into \"%s\"; call the runtime where systemd's own cgroup is the root"
                                .formatted(unit, fields[2], expected));
            }
        }
    }

    /** Where systemd counts processes: its own hierarchy, or the unified one. */
    private CgroupHierarchy tracked() throws JobFailed {
        return hierarchies.all().stream()
                .filter(hierarchy -> hierarchy.name().equals("name=systemd"))
                .findFirst()
                .or(() -> hierarchies.all().stream()
                        .filter(CgroupHierarchy::isUnified)
                        .findFirst())
                .orElseThrow(() -> new JobFailed(
                        "no hierarchy of systemd's is mounted here: neither name=systemd nor a unified one; mount it"));
    }

    /** What has led here is the caller's to hear, so failures on the way are not. */
    private void undo(Optional<Systemd> systemd, Holder holder) {
        try {
            holder.close();
        } catch (IOException e) {
            // it has ended, or does so when this runtime ends
        }
        if (systemd.isPresent()) {
            try {
                systemd.get().stop(unit);
                systemd.get().resetFailed(unit);
            } catch (SystemdException e) {
                // without processes it goes by itself
            }
        }
        try {
            cgroup.delete(PATIENCE);
        } catch (IOException e) {
            // replaced by the next one of that name
        }
    }

    /**
     * Changes limits; what {@code resources} does not name stays as it is.
     *
     * @throws SystemdException when systemd does not take one
     */
    public void limit(LinuxResources resources) throws IOException {
        CgroupHierarchies.requireSupported(cgroup, resources);
        LimitProperties.@Nullable Quota now = quota().orElse(null);
        try (Systemd systemd = connector.connect()) {
            List<Property> properties = limits(systemd, resources, now);
            if (!properties.isEmpty()) {
                systemd.set(unit, properties);
            }
        }
        cgroup.limit(LimitProperties.rounded(resources, now));
    }

    private List<Property> limits(Systemd systemd, LinuxResources resources, LimitProperties.@Nullable Quota now)
            throws SystemdException {
        boolean idle = isUnified()
                && LimitProperties.asksForIdle(resources)
                && systemd.version().orElse(0) >= 252;
        return LimitProperties.of(resources, isUnified(), idle, now);
    }

    /** What is in force. */
    private Optional<LimitProperties.Quota> quota() throws IOException {
        Optional<CgroupHierarchy> cpu = hierarchies.hierarchy("cpu");
        if (cpu.isEmpty()) {
            return Optional.empty();
        }
        Path directory = cpu.get().directory(cgroup.path());
        try {
            if (!cpu.get().isUnified()) {
                return Optional.of(new LimitProperties.Quota(
                        number(directory.resolve("cpu.cfs_quota_us")), number(directory.resolve("cpu.cfs_period_us"))));
            }
            String[] parts =
                    Files.readString(directory.resolve("cpu.max")).strip().split(" ", 2);
            return Optional.of(new LimitProperties.Quota(
                    parts[0].equals("max") ? -1 : Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        } catch (NoSuchFileException e) {
            // a kernel without it
            return Optional.empty();
        }
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /**
     * Ends every process inside and takes the scope away, the unit and its cgroups. The cgroups go also when systemd does not answer.
     *
     * @throws SystemdException when the unit may be left
     */
    public void remove(Duration patience) throws IOException {
        @Nullable SystemdException silent = null;
        cgroup.kill();
        try (Systemd systemd = connector.connect()) {
            systemd.stop(unit);
            systemd.resetFailed(unit);
        } catch (SystemdException e) {
            silent = e;
        }
        cgroup.delete(patience);
        if (silent != null) {
            throw silent;
        }
    }
}
