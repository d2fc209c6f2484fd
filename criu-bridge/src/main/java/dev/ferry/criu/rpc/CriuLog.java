package dev.ferry.criu.rpc;

import static dev.ferry.criu.Refusal.*;

import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the cause of a failure in CRIU's log. CRIU's answer carries the first error line, which on many hosts is a harmless one; the log has
 * the true one somewhere among its consequences. So: known causes first, in the order of the lines, then the first line that says "Error".
 */
public final class CriuLog {
    private static final Pattern LINE =
            Pattern.compile("^(?:\\(\\d+\\.\\d+\\)\\s*)?(?:\\d+: )?(Error|Warn) +\\([^)]*\\): ?(.*)$");

    /** Lines that say "Error" on hosts where everything works. */
    private static final List<Pattern> HARMLESS = List.of(
            Pattern.compile("rlimit: Can't setup RLIMIT_NOFILE for self"),
            Pattern.compile("execvp\\(\"ip6?tables|^ip6?tables\\S* -V failed"),
            Pattern.compile("cgroupd: recv req error"),
            Pattern.compile("Could not process rule: No such file or directory"));

    private record Rule(Pattern pattern, Refusal refusal) {
        Rule(String regex, Refusal refusal) {
            this(Pattern.compile(regex), refusal);
        }
    }

    /** Cause by line; the first group, where there is one, is the object. Special before general: the first rule that matches a line wins. */
    private static final List<Rule> RULES = List.of(
            new Rule("\\((anon_inode:\\[io_uring\\])\\)", IO_URING),
            new Rule("anon (anon_inode:\\[io_uring\\])", IO_URING),
            new Rule("\\((/secretmem[^)]*\\)?)\\)", SECRET_MEMORY),
            new Rule("anon (anon_inode:\\[userfaultfd\\])", USERFAULTFD),
            new Rule("anon (anon_inode:\\[?perf_event\\]?)", PERF_EVENT),
            new Rule("anon (anon_inode:\\[?bpf[^\\s)]*)", BPF),
            new Rule("anon (anon_inode:\\[?landlock[^\\s)]*)", LANDLOCK),
            new Rule("anon (anon_inode:\\[?seccomp[^\\])]*\\]?)", SECCOMP_NOTIFY),
            new Rule("Can't dump file \\d+ of that type \\[\\d+\\] \\((.*)\\)", SPECIAL_FILE),
            new Rule("Unknown shit \\d+ \\((.*)\\)", SPECIAL_FILE),
            new Rule("Unknown socket collected \\((family 40)\\)", VSOCK),
            new Rule("Unknown socket collected \\((family \\d+)\\)", SPECIAL_FILE),
            new Rule("(zombie \\d+ \\(comm .*\\)) found while seizing", TRACED),
            new Rule("(\\d+) is being traced|ptrace.*(\\d+).*Operation not permitted", TRACED),
            new Rule("Can't dump nested (pid) namespace", NESTED_PID_NAMESPACE),
            new Rule("Can't dump nested (user) namespace", NESTED_USER_NAMESPACE),
            new Rule("Can't parse (\\d+)'s mountinfo", CHROOTED),
            new Rule("Unseizable non-zombie (\\d+) found", UNSEIZABLE),
            new Rule("Unable to freeze tasks|Timeout reached", UNSEIZABLE),
            new Rule("unix: (Dangling connection \\d+)", UNIX_PEER_OUTSIDE),
            new Rule("(?:unix: )?(Unix socket \\d+) without peer", UNIX_PEER_OUTSIDE),
            new Rule("unix: Ext(?:ernal)? (?:stream )?(?:socket|not supported).*", UNIX_PEER_OUTSIDE),
            new Rule("(\\S+) doesn't have a proper root mount", DEVICE_MOUNT),
            new Rule("Unable to mount (o\\S* .*): No such file or directory", OVERLAY_INSIDE),
            new Rule("Failed to move_mount from (\\S+)", BIND_SOURCE),
            new Rule("Connected TCP socket, consider using --tcp-established", TCP_ESTABLISHED),
            // SO_PASSCRED of sockets that are none of unix, which the kernel refuses since 6.16
            new Rule("(Can't get 1:16 opt): Operation not supported", SOCKET_OPTION),
            new Rule("Locking network failed: (.*)", NETWORK_LOCK),
            new Rule("Can't bind inet socket back: (.*)", ADDRESS_MISSING),
            new Rule("Some file locks are hold by dumping tasks", FILE_LOCK),
            new Rule("Can't create link remap for (\\S+)\\. Use link-remap option", LINK_REMAP),
            new Rule("Can't dump ghost file (\\S+) of \\d+ size", GHOST_FILE),
            new Rule("Can't lookup mount=\\d+ for fd=[012] path=(.*)", HOST_FILE),
            new Rule("Can't lookup mount=\\d+ for fd=\\d+ path=(/[^/]*)$", MESSAGE_QUEUE),
            new Rule("Can't lookup mount=\\d+ for fd=-?\\d+ path=(.*)", HOST_FILE),
            new Rule("Can't open file (\\S+) on restore", FILE_CHANGED),
            new Rule("File (\\S+) has bad (?:size|mode|build-id|checksum)", FILE_CHANGED),
            new Rule("(?:Unaccessible path opened|Can't stat|Strange file|Path is not accessible:?) (.*)", FILE_NAME),
            new Rule("Can't fork for (\\d+): File exists", PID_TAKEN),
            new Rule("Pid (\\d+) do(?:es)? not match expected", PID_TAKEN),
            new Rule("Can't move \\d+ into ([^:\\s]+)", CGROUP),
            new Rule("cg: (.*)", CGROUP),
            new Rule("cpu: (.*)", CPU),
            new Rule("Tracking memory is not available", NO_DIRTY_TRACKING),
            new Rule("BUG at criu/mem\\.c", NO_DIRTY_TRACKING),
            new Rule("Pid-reuse detection failed", NO_DIRTY_TRACKING),
            new Rule("page-pipe: splice|Lazy pages transfer FAILED", LAZY_PAGES),
            new Rule("No space left on device", NO_SPACE),
            new Rule("Unexpected EOF on \\(?([^)]*)\\)?", IMAGE),
            new Rule("Magic doesn't match on (\\S+)", IMAGE),
            new Rule("(?:Can't|Unable to) open (?:image )?(\\S+\\.img)", IMAGE),
            new Rule(
                    "(?:Can't|Unable to) (?:open|read) dir (/proc/\\d+)|No process with pid|Unable to (?:detach from|detect|seize) (\\d+)",
                    NO_SUCH_PROCESS));

    private CriuLog() {}

    /** What a log says: the kind, the object, the line. */
    public record Cause(Refusal refusal, String object, String line) {}

    /** Reads the cause from the lines of a log; "other" with an empty line when there is no error in it. */
    public static Cause cause(List<String> lines) {
        String first = "";
        for (String line : lines) {
            Optional<String> error = errorText(line);
            if (error.isEmpty()) {
                continue;
            }
            for (Rule rule : RULES) {
                Matcher matcher = rule.pattern().matcher(error.get());
                if (matcher.find()) {
                    return new Cause(rule.refusal(), object(matcher), error.get());
                }
            }
            if (first.isEmpty()) {
                first = error.get();
            }
        }
        return new Cause(OTHER, "", first);
    }

    private static Optional<String> errorText(String line) {
        Matcher matcher = LINE.matcher(line);
        String text;
        if (matcher.matches()) {
            if ("Warn".equals(matcher.group(1))) {
                return Optional.empty();
            }
            text = matcher.group(2).strip();
        } else if (line.contains("BUG")) {
            text = line.replaceFirst("^\\(\\d+\\.\\d+\\)\\s*", "").strip();
        } else {
            return Optional.empty();
        }
        return HARMLESS.stream().anyMatch(each -> each.matcher(text).find()) ? Optional.empty() : Optional.of(text);
    }

    private static String object(Matcher matcher) {
        for (int group = 1; group <= matcher.groupCount(); group++) {
            if (matcher.group(group) != null) {
                return matcher.group(group);
            }
        }
        return "";
    }

    /**
     * The refusal that a log file tells of.
     *
     * @param during "checkpoint" or "restore"
     * @param log may be absent or unreadable: then the cause is {@code fallback}
     * @param fallback what CRIU's answer said, if anything
     */
    public static CriuRefused refusal(String during, Path log, String fallback) {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return new CriuRefused(during, OTHER, "", fallback, Optional.empty());
        }
        Cause cause = cause(lines);
        String line = cause.line().isEmpty() ? fallback : cause.line();
        return new CriuRefused(during, cause.refusal(), cause.object(), line, Optional.of(log));
    }
}
