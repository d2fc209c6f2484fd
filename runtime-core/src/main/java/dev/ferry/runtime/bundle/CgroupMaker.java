package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.systemd.Scope;
import dev.ferry.runtime.systemd.ScopeName;
import dev.ferry.runtime.systemd.SystemdException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who makes a container's cgroup, limits it and takes it away: this runtime by itself, or systemd as a scope. */
sealed interface CgroupMaker {
    /** The cgroup, whether it exists or not. */
    Cgroup cgroup();

    /** The unit that it is, for the container's record; null when systemd knows nothing of it. */
    @Nullable
    String unit();

    /**
     * Makes it. Nothing of it is left when that fails.
     *
     * @param annotations the container's
     * @param images a directory of the container's own
     */
    Made make(LinuxResources resources, Map<String, String> annotations, Path images) throws IOException;

    /** Changes limits. */
    void limit(LinuxResources resources) throws IOException;

    /** Ends every process inside and takes it away. */
    void remove(Duration patience) throws IOException;

    /**
     * One that has been made; closed when the container's first process is inside, or when there will be none.
     *
     * @param scope what keeps it until then, if anything has to
     */
    record Made(Cgroup cgroup, Optional<Scope.Held> scope) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (scope.isPresent()) {
                scope.get().close();
            }
        }
    }

    /** The maker of a container's cgroup by its record. */
    static CgroupMaker of(BundleRecord record, CgroupHierarchies hierarchies, Consumer<String> warnings) {
        Cgroup cgroup = hierarchies.open(new CgroupPath(record.cgroup()));
        return record.unit() == null
                ? new Own(hierarchies, cgroup)
                : new Systemds(hierarchies, cgroup, record.unit(), Optional.empty(), warnings);
    }

    /** The maker of a cgroup that systemd is to make. */
    static CgroupMaker of(ScopeName name, CgroupHierarchies hierarchies, Consumer<String> warnings) {
        return new Systemds(hierarchies, hierarchies.open(name.cgroup()), name.unit(), Optional.of(name), warnings);
    }

    /** This runtime. */
    record Own(CgroupHierarchies hierarchies, Cgroup cgroup) implements CgroupMaker {
        @Override
        public @Nullable String unit() {
            return null;
        }

        @Override
        public Made make(LinuxResources resources, Map<String, String> annotations, Path images) throws IOException {
            return new Made(hierarchies.create(cgroup.path(), resources), Optional.empty());
        }

        @Override
        public void limit(LinuxResources resources) throws IOException {
            cgroup.limit(resources);
        }

        @Override
        public void remove(Duration patience) throws IOException {
            cgroup.kill();
            cgroup.delete(patience);
        }
    }

    /**
     * systemd.
     *
     * @param name empty when there is no other to be made
     */
    record Systemds(
            CgroupHierarchies hierarchies,
            Cgroup cgroup,
            String unit,
            Optional<ScopeName> name,
            Consumer<String> warnings)
            implements CgroupMaker {
        private Scope scope() {
            return Scope.of(hierarchies, unit, cgroup);
        }

        @Override
        public Made make(LinuxResources resources, Map<String, String> annotations, Path images) throws IOException {
            var request = new Scope.Request(name.orElseThrow(), resources, annotations, images);
            return new Made(cgroup, Optional.of(scope().start(request)));
        }

        @Override
        public void limit(LinuxResources resources) throws IOException {
            scope().limit(resources);
        }

        /** A container whose unit is not told of its end has ended all the same. */
        @Override
        public void remove(Duration patience) throws IOException {
            try {
                scope().remove(patience);
            } catch (SystemdException e) {
                warnings.accept("the unit %s may be left: %s; look for it with \"systemctl status\""
                        .formatted(unit, e.getMessage()));
            }
        }
    }
}
