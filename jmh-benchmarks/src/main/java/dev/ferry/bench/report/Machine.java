package dev.ferry.bench.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Where and when something was measured; figures of different machines do not compare. */
public record Machine(
        @JsonProperty("at") String at,
        @JsonProperty("kernel") String kernel,
        @JsonProperty("cpu") String cpu,
        @JsonProperty("cpus") int cpus,
        @JsonProperty("java") String java,
        @JsonProperty("load") String load) {

    /** This one, now. */
    public static Machine here() throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
        return new Machine(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                cpu,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().toString(),
                Files.readString(Path.of("/proc/loadavg")).strip());
    }
}
