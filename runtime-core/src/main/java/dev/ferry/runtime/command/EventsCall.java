package dev.ferry.runtime.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.runtime.bundle.BundleEvents;
import dev.ferry.runtime.bundle.BundleRuntime;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.cgroup.CgroupStatistics;
import dev.ferry.runtime.command.Arguments.Flags;
import dev.ferry.runtime.command.Arguments.Usage;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The verb {@code events}: a line of JSON for each, in the form that runc has given them. */
final class EventsCall {
    static final Flags FLAGS = new Flags(Set.of("interval"), Set.of("stats"));

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|µs|ns|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "µs",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);

    private EventsCall() {}

    /** Prints what happens until the container ends, or what it has used by now and no more. */
    static void run(BundleRuntime runtime, String id, Arguments read, PrintStream out)
            throws Usage, RuntimeRefused, IOException {
        Duration interval = duration(read.value("interval").orElse("5s"));
        try (BundleEvents events = runtime.events(id)) {
            if (read.is("stats")) {
                out.println(statistics(id, events.statistics()));
                return;
            }
            long next = System.nanoTime() + interval.toNanos();
            while (true) {
                switch (events.await(Duration.ofNanos(Math.max(0, next - System.nanoTime())))) {
                    case END -> {
                        return;
                    }
                    case OUT_OF_MEMORY -> out.println(line("oom", id));
                    case NONE -> {
                        if (System.nanoTime() - next >= 0) {
                            out.println(statistics(id, events.statistics()));
                            next += interval.toNanos();
                        }
                    }
                }
                if (out.checkError()) {
                    // nobody reads it any more
                    return;
                }
            }
        }
    }

    /** As Go writes them: {@code 1m30s}, {@code 500ms}. */
    static Duration duration(String text) throws Usage {
        Matcher part = PART.matcher(text);
        long nanos = 0;
        int at = 0;
        while (part.find() && part.start() == at) {
            nanos += new BigDecimal(part.group(1))
                    .multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L)))
                    .longValue();
            at = part.end();
        }
        if (at != text.length() || nanos <= 0) {
            throw new Usage("duration interval must be greater than 0, as 5s or 500ms: it is \"" + text + "\"");
        }
        return Duration.ofNanos(nanos);
    }

    private static String line(String type, String id) {
        return write(JSON.createObjectNode().put("type", type).put("id", id));
    }

    static String statistics(String id, CgroupStatistics used) {
        ObjectNode event = JSON.createObjectNode().put("type", "stats").put("id", id);
        ObjectNode data = event.putObject("data");
        ObjectNode cpu = data.putObject("cpu");
        cpu.putObject("usage")
                .put("total", used.cpu().totalNanos())
                .put("kernel", used.cpu().systemNanos())
                .put("user", used.cpu().userNanos());
        cpu.putObject("throttling")
                .put("periods", used.cpu().periods())
                .put("throttledPeriods", used.cpu().throttledPeriods())
                .put("throttledTime", used.cpu().throttledNanos());
        memory(data.putObject("memory"), used.memory());
        ObjectNode pids = data.putObject("pids").put("current", used.pids().current());
        put(pids, "limit", used.pids().limit());
        blocks(data.putObject("blkio"), new TreeMap<>(used.blockIo()));
        data.putObject("hugetlb");
        data.putObject("intel_rdt");
        data.putNull("network_interfaces");
        return write(event);
    }

    private static void memory(ObjectNode node, CgroupStatistics.Memory memory) {
        Map<String, Long> details = memory.details();
        Long cache = details.getOrDefault("cache", details.get("file"));
        if (cache != null) {
            node.put("cache", cache);
        }
        ObjectNode usage = node.putObject("usage");
        // no limit: the greatest number, as runc has it
        if (memory.limit().isPresent()) {
            usage.put("limit", memory.limit().getAsLong());
        } else {
            usage.put("limit", new BigDecimal("18446744073709551615").toBigInteger());
        }
        usage.put("usage", memory.usage());
        put(usage, "max", memory.peak());
        usage.put("failcnt", memory.failures());
        ObjectNode swap = node.putObject("swap");
        put(swap, "usage", memory.swap());
        ObjectNode raw = node.putObject("raw");
        new TreeMap<>(details).forEach(raw::put);
    }

    private static void blocks(ObjectNode node, Map<String, CgroupStatistics.BlockDevice> devices) {
        ArrayNode bytes = node.putArray("ioServiceBytesRecursive");
        ArrayNode operations = node.putArray("ioServicedRecursive");
        devices.forEach((device, moved) -> {
            add(bytes, device, "Read", moved.readBytes());
            add(bytes, device, "Write", moved.writtenBytes());
            add(operations, device, "Read", moved.reads());
            add(operations, device, "Write", moved.writes());
        });
    }

    private static void add(ArrayNode entries, String device, String operation, long value) {
        String[] numbers = device.split(":", 2);
        entries.addObject()
                .put("major", Long.parseLong(numbers[0]))
                .put("minor", Long.parseLong(numbers[1]))
                .put("op", operation)
                .put("value", value);
    }

    private static void put(ObjectNode node, String name, OptionalLong value) {
        if (value.isPresent()) {
            node.put(name, value.getAsLong());
        }
    }

    private static String write(ObjectNode event) {
        try {
            return JSON.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree can always be written", e);
        }
    }
}
