package dev.ferry.engine.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What the host says of itself, read once. uname(2), os-release(5), proc(5) */
public record HostFacts(
        String kernel,
        String operatingSystem,
        String osVersion,
        String machine,
        String name,
        int processors,
        long memory) {

    /** Reads this host. What cannot be read is an empty text. */
    public static HostFacts ofHost() {
        Path proc = Path.of("/proc/sys/kernel");
        String arch = System.getProperty("os.arch", "");
        return new HostFacts(
                line(proc.resolve("osrelease")),
                osRelease("PRETTY_NAME", "Linux"),
                osRelease("VERSION_ID", ""),
                arch.equals("amd64") ? "x86_64" : arch,
                line(proc.resolve("hostname")),
                Runtime.getRuntime().availableProcessors(),
                memoryTotal());
    }

    /** The architecture in Go's word, as docker uses it in versions and platforms. */
    public String goArchitecture() {
        return switch (machine) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> machine.toLowerCase(Locale.ROOT);
        };
    }

    private static String line(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static String osRelease(String key, String otherwise) {
        for (String line : line(Path.of("/etc/os-release")).split("\n", -1)) {
            if (line.startsWith(key + "=")) {
                return line.substring(key.length() + 1).replace("\"", "");
            }
        }
        return otherwise;
    }

    private static long memoryTotal() {
        for (String line : line(Path.of("/proc/meminfo")).split("\n", -1)) {
            if (line.startsWith("MemTotal:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }
}
