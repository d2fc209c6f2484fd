package dev.ferry.runtime.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The resource limits of this process, by setrlimit(2)'s names ({@code RLIMIT_NOFILE}).
 *
 * <p>A hard limit can only be raised with CAP_SYS_RESOURCE, which even root may lack (in a container, in a sandbox): what a container
 * is given must then stay at or below ours, or setrlimit fails with EPERM.
 */
public record ResourceLimits(Map<String, Limit> limits) {
    /** RLIM_INFINITY. */
    public static final long INFINITY = -1L;

    /** The words of {@code /proc/PID/limits}, proc_pid_limits(5), and the names of setrlimit(2). */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("Max cpu time", "RLIMIT_CPU"),
            Map.entry("Max file size", "RLIMIT_FSIZE"),
            Map.entry("Max data size", "RLIMIT_DATA"),
            Map.entry("Max stack size", "RLIMIT_STACK"),
            Map.entry("Max core file size", "RLIMIT_CORE"),
            Map.entry("Max resident set", "RLIMIT_RSS"),
            Map.entry("Max processes", "RLIMIT_NPROC"),
            Map.entry("Max open files", "RLIMIT_NOFILE"),
            Map.entry("Max locked memory", "RLIMIT_MEMLOCK"),
            Map.entry("Max address space", "RLIMIT_AS"),
            Map.entry("Max file locks", "RLIMIT_LOCKS"),
            Map.entry("Max pending signals", "RLIMIT_SIGPENDING"),
            Map.entry("Max msgqueue size", "RLIMIT_MSGQUEUE"),
            Map.entry("Max nice priority", "RLIMIT_NICE"),
            Map.entry("Max realtime priority", "RLIMIT_RTPRIO"),
            Map.entry("Max realtime timeout", "RLIMIT_RTTIME"));

    private static final Pattern LINE = Pattern.compile("(Max [a-z ]*?[a-z]) {2,}(\\S+) +(\\S+).*");

    public ResourceLimits {
        limits = Map.copyOf(limits);
    }

    /**
     * One limit.
     *
     * @param soft unsigned; {@link #INFINITY} for none
     * @param hard unsigned; {@link #INFINITY} for none
     */
    public record Limit(long soft, long hard) {}

    /** Those of this process. */
    public static ResourceLimits ofSelf() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/limits")));
    }

    static ResourceLimits parse(String text) {
        var limits = new LinkedHashMap<String, Limit>();
        text.lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches() && NAMES.containsKey(matcher.group(1))) {
                limits.put(NAMES.get(matcher.group(1)), new Limit(number(matcher.group(2)), number(matcher.group(3))));
            }
        });
        return new ResourceLimits(limits);
    }

    /** The limit of that name; empty when this kernel has none. */
    public Optional<Limit> limit(String name) {
        return Optional.ofNullable(limits.get(name));
    }

    /** What of a wish can be had without raising our own hard limit. */
    public Limit clamp(String name, Limit wish) {
        Limit own = limits.get(name);
        if (own == null) {
            return wish;
        }
        long hard = smaller(wish.hard(), own.hard());
        return new Limit(smaller(wish.soft(), hard), hard);
    }

    private static long smaller(long one, long other) {
        return Long.compareUnsigned(one, other) <= 0 ? one : other;
    }

    private static long number(String text) {
        return text.equals("unlimited") ? INFINITY : Long.parseUnsignedLong(text);
    }
}
