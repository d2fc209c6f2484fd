package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.oci.LinuxResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A cgroup of the unified hierarchy, on a host that has no other. cgroup-v2.rst */
public final class CgroupV2 implements Cgroup {
    /** What containers may need; others (perf_event) are always on, or none of their business. */
    private static final List<String> WANTED =
            List.of("cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc");

    private final CgroupHierarchies host;
    private final CgroupHierarchy hierarchy;
    private final CgroupPath path;

    CgroupV2(CgroupHierarchies host, CgroupPath path) {
        this.host = host;
        this.hierarchy = host.all().getFirst();
        this.path = path;
    }

    @Override
    public CgroupPath path() {
        return path;
    }

    @Override
    public CgroupMode mode() {
        return CgroupMode.V2;
    }

    @Override
    public List<CgroupHierarchy> hierarchies() {
        return host.all();
    }

    /** The directory; opened, it is what clone3(2) takes with CLONE_INTO_CGROUP, which spares the wait of a later move. */
    public Path directory() {
        return hierarchy.directory(path);
    }

    void make(LinuxResources resources) throws IOException {
        Files.createDirectories(directory());
        List<String> wanted =
                WANTED.stream().filter(hierarchy.controllers()::contains).toList();
        Set<String> needed =
                SettingsV2.of(resources).stream().map(Setting::controller).collect(Collectors.toSet());
        hierarchy.enable(path, wanted, needed);
        apply(resources);
    }

    @Override
    public void limit(LinuxResources resources) throws IOException {
        CgroupHierarchies.requireSupported(this, resources);
        CgroupFiles.checkMemory(resources, Optional.of(directory().resolve("memory.current")));
        apply(resources);
    }

    private void apply(LinuxResources resources) throws IOException {
        CgroupFiles.writeAll(SettingsV2.of(resources), controller -> directory());
        if (!resources.devices().isEmpty()) {
            DeviceProgram.apply(directory(), resources.devices());
        }
    }

    @Override
    public List<String> unsupported(LinuxResources resources) {
        var reasons = new ArrayList<>(SettingsV2.unsupported(resources));
        for (Setting setting : SettingsV2.of(resources)) {
            if (!setting.controller().equals("cgroup")
                    && !hierarchy.controllers().contains(setting.controller())) {
                reasons.add("\"%s\" needs the cgroup controller \"%s\", which this host does not offer"
                        .formatted(setting.field(), setting.controller()));
            }
        }
        return reasons;
    }

    @Override
    public FrozenCgroup freeze(Duration deadline) throws IOException {
        Freezer.of(host, path).freeze(deadline);
        return new FrozenCgroup(this);
    }

    @Override
    public void thaw() throws IOException {
        Freezer.of(host, path).thaw();
    }

    @Override
    public boolean isFrozen() throws IOException {
        return Freezer.of(host, path).isFrozen();
    }

    @Override
    public Path freezerDirectory() {
        return directory();
    }

    @Override
    public void kill() throws IOException {
        Path atOnce = directory().resolve("cgroup.kill");
        if (Files.exists(atOnce)) {
            CgroupFiles.write(atOnce, "1");
            return;
        }
        // kernels before 5.14; a stopped process of version 2 takes the signal
        for (int pid : pids()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public List<Integer> pids() throws IOException {
        return CgroupFiles.pids(directory());
    }

    @Override
    public CgroupStatistics statistics() throws IOException {
        return new CgroupStatistics(memory(host, path), cpu(host, path), tasks(host, path), blockIo(host, path));
    }

    static CgroupStatistics.Memory memory(CgroupHierarchies host, CgroupPath path) throws IOException {
        Path directory = unified(host, path);
        Map<String, Long> events = CgroupFiles.numbers(directory.resolve("memory.events"));
        return new CgroupStatistics.Memory(
                CgroupFiles.number(directory.resolve("memory.current")).orElse(0),
                CgroupFiles.number(directory.resolve("memory.max")),
                CgroupFiles.number(directory.resolve("memory.peak")),
                CgroupFiles.number(directory.resolve("memory.swap.current")),
                events.getOrDefault("max", 0L),
                events.getOrDefault("oom_kill", 0L),
                CgroupFiles.numbers(directory.resolve("memory.stat")));
    }

    static CgroupStatistics.Cpu cpu(CgroupHierarchies host, CgroupPath path) throws IOException {
        Map<String, Long> times = CgroupFiles.numbers(unified(host, path).resolve("cpu.stat"));
        return new CgroupStatistics.Cpu(
                times.getOrDefault("usage_usec", 0L) * 1000,
                times.getOrDefault("user_usec", 0L) * 1000,
                times.getOrDefault("system_usec", 0L) * 1000,
                times.getOrDefault("nr_periods", 0L),
                times.getOrDefault("nr_throttled", 0L),
                times.getOrDefault("throttled_usec", 0L) * 1000);
    }

    static CgroupStatistics.Pids tasks(CgroupHierarchies host, CgroupPath path) throws IOException {
        return CgroupFiles.tasks(unified(host, path));
    }

    /** Lines of the form {@code 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0}. */
    static Map<String, CgroupStatistics.BlockDevice> blockIo(CgroupHierarchies host, CgroupPath path)
            throws IOException {
        var devices = new HashMap<String, CgroupStatistics.BlockDevice>();
        for (String line : CgroupFiles.readIfThere(unified(host, path).resolve("io.stat"))
                .orElse("")
                .split("\n", -1)) {
            String[] fields = line.strip().split(" ", -1);
            var counters = new HashMap<String, Long>();
            for (int i = 1; i < fields.length; i++) {
                int equals = fields[i].indexOf('=');
                if (equals > 0) {
                    counters.put(
                            fields[i].substring(0, equals), Long.parseUnsignedLong(fields[i].substring(equals + 1)));
                }
            }
            if (!counters.isEmpty()) {
                devices.put(
                        fields[0],
                        new CgroupStatistics.BlockDevice(
                                counters.getOrDefault("rbytes", 0L),
                                counters.getOrDefault("wbytes", 0L),
                                counters.getOrDefault("rios", 0L),
                                counters.getOrDefault("wios", 0L)));
            }
        }
        return devices;
    }

    /** The unified directory; where there is none, one that does not exist, so that every counter is absent. */
    private static Path unified(CgroupHierarchies host, CgroupPath path) {
        return host.all().stream()
                .filter(CgroupHierarchy::isUnified)
                .findFirst()
                .map(h -> h.directory(path))
                .orElse(Path.of("/nonexistent"));
    }

    @Override
    public void delete(Duration deadline) throws IOException {
        CgroupFiles.remove(directory(), System.nanoTime() + deadline.toNanos());
    }

    @Override
    public boolean exists() {
        return Files.isDirectory(directory());
    }

    @Override
    public String toString() {
        return "CgroupV2[" + path + "]";
    }
}
