package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerStats;
import dev.ferry.api.model.container.ContainerStats.BlockIoEntry;
import dev.ferry.api.model.container.ContainerStats.BlockIoUsage;
import dev.ferry.api.model.container.ContainerStats.CpuTime;
import dev.ferry.api.model.container.ContainerStats.CpuUsage;
import dev.ferry.api.model.container.ContainerStats.MemoryUsage;
import dev.ferry.api.model.container.ContainerStats.NetworkUsage;
import dev.ferry.api.model.container.ContainerStats.PidsUsage;
import dev.ferry.api.model.container.ContainerStats.StorageUsage;
import dev.ferry.api.model.container.ContainerStats.Throttling;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.cgroup.CgroupStatistics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a container has used, from its control group, the host's {@code /proc/stat} and its interfaces. Keeps nothing. */
public final class Gauge {

    private static final Logger LOG = LoggerFactory.getLogger(Gauge.class);

    /** USER_HZ, in which /proc/stat counts: 100 on every architecture that containers run on. */
    private static final long NANOS_OF_A_TICK = 10_000_000L;

    /** user, nice, system, idle, iowait, irq, softirq: what all processors did, and did not. proc_stat(5) */
    private static final int COUNTED_FIELDS = 7;

    /** Of a line of /proc/net/dev: eight numbers of what was received, then eight of what was sent. */
    private static final int NET_FIELDS = 16;

    private static final int SENT = 8;

    private final Incarnations incarnations;
    private final Path proc;
    private final long hostMemory;

    /**
     * Over the containers' cgroups.
     *
     * @param proc where proc(5) is mounted
     * @param hostMemory bytes; shown as the limit of what has none
     */
    public Gauge(Incarnations incarnations, Path proc, long hostMemory) {
        this.incarnations = incarnations;
        this.proc = proc;
        this.hostMemory = hostMemory;
    }

    /** One sample. Zeros for a container that does not run, or that ends while it is looked at. */
    public ContainerStats read(Container container) {
        ContainerRecord record = container.record();
        String name = "/" + record.name();
        String id = record.id().text();
        if (!record.status().isAlive()) {
            return ContainerStats.nothing(name, id);
        }
        try {
            Cgroup cgroup = incarnations.cgroup(record);
            CgroupStatistics used = cgroup.statistics();
            return new ContainerStats(
                    name,
                    id,
                    Instant.now(),
                    ContainerStats.nothing(name, id).preread(),
                    new PidsUsage(used.pids().current(), used.pids().limit().orElse(0)),
                    blockIo(used, cgroup.mode() == CgroupMode.V2),
                    0,
                    StorageUsage.empty(),
                    cpu(used.cpu(), byProcessor(cgroup)),
                    CpuUsage.empty(),
                    memory(used.memory()),
                    networks(record));
        } catch (IOException e) {
            // its files go with it
            LOG.debug("no statistics of container {}", id, e);
            return ContainerStats.nothing(name, id);
        }
    }

    private MemoryUsage memory(CgroupStatistics.Memory m) {
        long limit = m.limit().orElse(hostMemory);
        return new MemoryUsage(
                m.usage(), m.peak().orElse(0), new TreeMap<>(m.details()), m.failures(), Math.min(limit, hostMemory));
    }

    private CpuUsage cpu(CgroupStatistics.Cpu used, List<Long> byProcessor) throws IOException {
        long system = 0;
        int processors = 0;
        for (String line : Files.readAllLines(proc.resolve("stat"), StandardCharsets.US_ASCII)) {
            if (line.startsWith("cpu ")) {
                String[] fields = line.substring("cpu ".length()).strip().split(" +", -1);
                for (int i = 0; i < Math.min(COUNTED_FIELDS, fields.length); i++) {
                    system += Long.parseLong(fields[i]) * NANOS_OF_A_TICK;
                }
            } else if (line.startsWith("cpu")) {
                processors++;
            }
        }
        return new CpuUsage(
                new CpuTime(used.totalNanos(), byProcessor, used.systemNanos(), used.userNanos()),
                system,
                processors,
                new Throttling(used.periods(), used.throttledPeriods(), used.throttledNanos()));
    }

    /** Version 1 only; a counter for each processor that could be there, of which those that never were stay 0. */
    private static List<Long> byProcessor(Cgroup cgroup) throws IOException {
        for (var hierarchy : cgroup.hierarchies()) {
            Path file = hierarchy.directory(cgroup.path()).resolve("cpuacct.usage_percpu");
            if (hierarchy.controllers().contains("cpuacct") && Files.exists(file)) {
                return Arrays.stream(Files.readString(file).strip().split(" +", -1))
                        .map(Long::valueOf)
                        .toList();
            }
        }
        return List.of();
    }

    private static BlockIoUsage blockIo(CgroupStatistics used, boolean version2) {
        List<BlockIoEntry> bytes = new ArrayList<>();
        List<BlockIoEntry> operations = new ArrayList<>();
        new TreeMap<>(used.blockIo()).forEach((device, moved) -> {
            String[] numbers = device.split(":", 2);
            long major = Long.parseLong(numbers[0]);
            long minor = Long.parseLong(numbers[1]);
            bytes.add(new BlockIoEntry(major, minor, version2 ? "read" : "Read", moved.readBytes()));
            bytes.add(new BlockIoEntry(major, minor, version2 ? "write" : "Write", moved.writtenBytes()));
            operations.add(new BlockIoEntry(major, minor, version2 ? "read" : "Read", moved.reads()));
            operations.add(new BlockIoEntry(major, minor, version2 ? "write" : "Write", moved.writes()));
        });
        return BlockIoUsage.of(bytes, operations);
    }

    /**
     * The interfaces of the container's own network; its loopback counts for nothing, and what it shares with the host is the host's.
     * Read through its init, whose view of {@code /proc/PID/net} is that of its namespace.
     */
    private Map<String, NetworkUsage> networks(ContainerRecord record) throws IOException {
        Map<String, NetworkUsage> networks = new TreeMap<>();
        if (record.host().networkMode().equals("host")) {
            return networks;
        }
        Path file = proc.resolve(Integer.toString(record.status().pidOrZero())).resolve("net/dev");
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            String[] f = line.substring(colon + 1).strip().split(" +", -1);
            if (name.isEmpty() || name.equals("lo") || f.length < NET_FIELDS) {
                continue;
            }
            networks.put(
                    name,
                    new NetworkUsage(
                            Long.parseLong(f[0]),
                            Long.parseLong(f[1]),
                            Long.parseLong(f[2]),
                            Long.parseLong(f[3]),
                            Long.parseLong(f[SENT]),
                            Long.parseLong(f[SENT + 1]),
                            Long.parseLong(f[SENT + 2]),
                            Long.parseLong(f[SENT + 3])));
        }
        return networks;
    }
}
