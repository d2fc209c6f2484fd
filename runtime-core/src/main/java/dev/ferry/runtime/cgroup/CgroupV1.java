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
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** A cgroup on a host with version 1 hierarchies, with or without a unified one beside them (hybrid). */
public final class CgroupV1 implements Cgroup {
    /** What memory.limit_in_bytes shows when there is no limit: the largest number of whole pages, at least this. */
    private static final long UNLIMITED = 0x7fff_ffff_ffff_0000L;

    /** cpuacct.stat counts in USER_HZ, which is 100 on every architecture that containers run on. */
    private static final long NANOS_OF_A_TICK = 10_000_000L;

    private final CgroupHierarchies host;
    private final CgroupPath path;

    CgroupV1(CgroupHierarchies host, CgroupPath path) {
        this.host = host;
        this.path = path;
    }

    @Override
    public CgroupPath path() {
        return path;
    }

    @Override
    public CgroupMode mode() {
        return host.mode();
    }

    @Override
    public List<CgroupHierarchy> hierarchies() {
        return host.all();
    }

    void make(LinuxResources resources) throws IOException {
        for (CgroupHierarchy hierarchy : host.all()) {
            Files.createDirectories(hierarchy.directory(path));
            if (hierarchy.controllers().contains("cpuset")) {
                inheritCpuset(hierarchy);
            }
        }
        apply(resources);
    }

    /** A new cpuset is empty and takes no process: each level gets what the one above has. */
    private void inheritCpuset(CgroupHierarchy hierarchy) throws IOException {
        Path above = hierarchy.mountPoint();
        for (Path part : Path.of(path.relative())) {
            Path level = above.resolve(part);
            for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
                if (CgroupFiles.readIfThere(level.resolve(file)).orElse("").isEmpty()) {
                    CgroupFiles.write(level.resolve(file), CgroupFiles.read(above.resolve(file)));
                }
            }
            above = level;
        }
    }

    @Override
    public void limit(LinuxResources resources) throws IOException {
        CgroupHierarchies.requireSupported(this, resources);
        CgroupFiles.checkMemory(resources, directory("memory").map(d -> d.resolve("memory.usage_in_bytes")));
        apply(resources);
    }

    private void apply(LinuxResources resources) throws IOException {
        CgroupFiles.writeAll(settings(resources), this::directoryOf);
        Optional<Path> unified = unifiedDirectory();
        if (!resources.devices().isEmpty() && !isLegacy("devices") && unified.isPresent()) {
            DeviceProgram.apply(unified.get(), resources.devices());
        }
    }

    /** Version 1 settings, and version 2 ones for controllers that only the unified hierarchy of a hybrid host has. */
    private List<Setting> settings(LinuxResources resources) throws IOException {
        var settings = new ArrayList<Setting>();
        for (Setting setting : SettingsV1.of(resources)) {
            if (isLegacy(setting.controller())) {
                settings.add(setting);
            }
        }
        for (Setting setting : SettingsV2.of(resources)) {
            if (!isLegacy(legacyName(setting.controller()))) {
                host.hierarchy(setting.controller())
                        .orElseThrow(() -> new LimitUnsupported(missing(setting), null))
                        .enable(path, List.of(setting.controller()), Set.of(setting.controller()));
                settings.add(setting);
            }
        }
        return settings;
    }

    private boolean isLegacy(String controller) {
        return host.hierarchy(controller).filter(h -> !h.isUnified()).isPresent();
    }

    @Override
    public List<String> unsupported(LinuxResources resources) {
        var reasons = new TreeSet<String>();
        for (Setting setting : SettingsV1.of(resources)) {
            if (setting.controller().equals("devices") && unifiedDirectory().isPresent()) {
                continue;
            }
            if (host.hierarchy(unifiedName(setting.controller())).isEmpty() && !isLegacy(setting.controller())) {
                reasons.add(missing(setting));
            }
        }
        for (String file : resources.unified().keySet()) {
            String controller = file.replaceFirst("\\..*", "");
            if (host.hierarchy(controller).filter(CgroupHierarchy::isUnified).isEmpty()) {
                reasons.add(
                        "\"unified\" names \"%s\", and this host has the controller \"%s\" in version 1 or not at all"
                                .formatted(file, controller));
            }
        }
        return List.copyOf(reasons);
    }

    private static String unifiedName(String controller) {
        return controller.equals("blkio") ? "io" : controller;
    }

    private static String legacyName(String controller) {
        return controller.equals("io") ? "blkio" : controller;
    }

    private static String missing(Setting setting) {
        return "\"%s\" needs the cgroup controller \"%s\", which this host does not offer"
                .formatted(setting.field(), setting.controller());
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
    public Path freezerDirectory() throws IOException {
        return Freezer.of(host, path).directory();
    }

    @Override
    public void kill() throws IOException {
        Optional<Path> atOnce = host.all().stream()
                .filter(CgroupHierarchy::isUnified)
                .map(hierarchy -> hierarchy.directory(path).resolve("cgroup.kill"))
                .filter(Files::exists)
                .findFirst();
        if (atOnce.isPresent()) {
            CgroupFiles.write(atOnce.get(), "1");
        }
        // also those that somebody moved out of the unified hierarchy, and all of them where the kernel cannot do it at
        // once
        for (int pid : pids()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
        // a process that version 1 has stopped takes the signal when it goes on
        Optional<Path> freezer = directory("freezer");
        if (freezer.isPresent() && Files.exists(freezer.get().resolve("freezer.state"))) {
            CgroupFiles.write(freezer.get().resolve("freezer.state"), "THAWED");
        }
    }

    @Override
    public List<Integer> pids() throws IOException {
        var pids = new TreeSet<Integer>();
        for (CgroupHierarchy hierarchy : host.all()) {
            pids.addAll(CgroupFiles.pids(hierarchy.directory(path)));
        }
        return List.copyOf(pids);
    }

    @Override
    public CgroupStatistics statistics() throws IOException {
        return new CgroupStatistics(memory(), cpu(), tasks(), blockIo());
    }

    private CgroupStatistics.Memory memory() throws IOException {
        Optional<Path> directory = directory("memory");
        if (directory.isEmpty()) {
            return CgroupV2.memory(host, path);
        }
        Path memory = directory.get();
        long usage = CgroupFiles.number(memory.resolve("memory.usage_in_bytes")).orElse(0);
        OptionalLong limit = CgroupFiles.number(memory.resolve("memory.limit_in_bytes"));
        OptionalLong both = CgroupFiles.number(memory.resolve("memory.memsw.usage_in_bytes"));
        return new CgroupStatistics.Memory(
                usage,
                limit.isPresent() && limit.getAsLong() < UNLIMITED ? limit : OptionalLong.empty(),
                CgroupFiles.number(memory.resolve("memory.max_usage_in_bytes")),
                both.isPresent() ? OptionalLong.of(Math.max(0, both.getAsLong() - usage)) : both,
                CgroupFiles.number(memory.resolve("memory.failcnt")).orElse(0),
                CgroupFiles.numbers(memory.resolve("memory.oom_control")).getOrDefault("oom_kill", 0L),
                CgroupFiles.numbers(memory.resolve("memory.stat")));
    }

    private CgroupStatistics.Cpu cpu() throws IOException {
        Optional<Path> account = directory("cpuacct");
        Optional<Path> cpu = directory("cpu");
        if (account.isEmpty() && cpu.isEmpty()) {
            return CgroupV2.cpu(host, path);
        }
        Map<String, Long> times =
                account.isPresent() ? CgroupFiles.numbers(account.get().resolve("cpuacct.stat")) : Map.of();
        Map<String, Long> periods =
                cpu.isPresent() ? CgroupFiles.numbers(cpu.get().resolve("cpu.stat")) : Map.of();
        return new CgroupStatistics.Cpu(
                account.isPresent()
                        ? CgroupFiles.number(account.get().resolve("cpuacct.usage"))
                                .orElse(0)
                        : 0,
                times.getOrDefault("user", 0L) * NANOS_OF_A_TICK,
                times.getOrDefault("system", 0L) * NANOS_OF_A_TICK,
                periods.getOrDefault("nr_periods", 0L),
                periods.getOrDefault("nr_throttled", 0L),
                periods.getOrDefault("throttled_time", 0L));
    }

    private CgroupStatistics.Pids tasks() throws IOException {
        Optional<Path> pids = directory("pids");
        return pids.isEmpty() ? CgroupV2.tasks(host, path) : CgroupFiles.tasks(pids.get());
    }

    private Map<String, CgroupStatistics.BlockDevice> blockIo() throws IOException {
        Optional<Path> directory = directory("blkio");
        if (directory.isEmpty()) {
            return CgroupV2.blockIo(host, path);
        }
        var counters = new HashMap<String, long[]>();
        add(counters, directory.get().resolve("blkio.throttle.io_service_bytes_recursive"), 0);
        add(counters, directory.get().resolve("blkio.throttle.io_serviced_recursive"), 2);
        var devices = new HashMap<String, CgroupStatistics.BlockDevice>();
        counters.forEach((device, n) -> devices.put(device, new CgroupStatistics.BlockDevice(n[0], n[1], n[2], n[3])));
        return devices;
    }

    /** Lines of the form {@code 8:0 Read 4096}; the last one, {@code Total 4096}, has no device. */
    private static void add(Map<String, long[]> counters, Path file, int offset) throws IOException {
        for (String line : CgroupFiles.readIfThere(file).orElse("").split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (fields.length == 3 && (fields[1].equals("Read") || fields[1].equals("Write"))) {
                counters.computeIfAbsent(fields[0], device -> new long[4])[
                                offset + (fields[1].equals("Read") ? 0 : 1)] =
                        Long.parseLong(fields[2]);
            }
        }
    }

    @Override
    public void delete(Duration deadline) throws IOException {
        long until = System.nanoTime() + deadline.toNanos();
        for (CgroupHierarchy hierarchy : host.all()) {
            CgroupFiles.remove(hierarchy.directory(path), until);
        }
    }

    @Override
    public boolean exists() {
        return host.all().stream().anyMatch(hierarchy -> Files.isDirectory(hierarchy.directory(path)));
    }

    @Override
    public String toString() {
        return "CgroupV1[" + path + "]";
    }

    private Optional<Path> unifiedDirectory() {
        return host.all().stream()
                .filter(CgroupHierarchy::isUnified)
                .findFirst()
                .map(hierarchy -> hierarchy.directory(path));
    }

    private Optional<Path> directory(String controller) {
        return host.hierarchy(controller)
                .filter(hierarchy -> !hierarchy.isUnified())
                .map(hierarchy -> hierarchy.directory(path));
    }

    private Path directoryOf(String controller) {
        return host.hierarchy(controller)
                .map(hierarchy -> hierarchy.directory(path))
                .orElseThrow(() -> new AssertionError("controller " + controller + " was found before"));
    }
}
