package dev.ferry.runtime.command;

import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.CgroupsMode;
import dev.ferry.runtime.bundle.CheckpointFlags.PageServer;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.command.Arguments.Flags;
import dev.ferry.runtime.command.Arguments.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The flags of {@code checkpoint} and {@code restore}, which are runc's, all of them. */
final class CheckpointCalls {
    static final Flags CHECKPOINT = new Flags(
            Set.of(
                    "image-path",
                    "work-path",
                    "parent-path",
                    "status-fd",
                    "page-server",
                    "manage-cgroups-mode",
                    "empty-ns"),
            Set.of(
                    "leave-running",
                    "tcp-established",
                    "tcp-skip-in-flight",
                    "link-remap",
                    "ext-unix-sk",
                    "shell-job",
                    "lazy-pages",
                    "file-locks",
                    "pre-dump",
                    "auto-dedup"));
    static final Flags RESTORE = new Flags(
            Set.of(
                    "console-socket",
                    "image-path",
                    "work-path",
                    "manage-cgroups-mode",
                    "bundle",
                    "b",
                    "pid-file",
                    "empty-ns",
                    "lsm-profile",
                    "lsm-mount-context"),
            Set.of(
                    "tcp-established",
                    "tcp-close",
                    "ext-unix-sk",
                    "shell-job",
                    "file-locks",
                    "detach",
                    "d",
                    "no-subreaper",
                    "no-pivot",
                    "auto-dedup",
                    "lazy-pages"));

    /** An address of version 6 stands in brackets. */
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:\\[\\]]+)):([^:]+)");

    private static final int LARGEST_PORT = 65_535;

    private CheckpointCalls() {}

    /** What to save and where. The directories are made; those of callers that forgot to name one are runc's. */
    static CheckpointFlags checkpoint(Arguments read) throws Usage, RuntimeRefused, IOException {
        CheckpointFlags flags = flags(read);
        if (flags.has(Switch.LAZY_PAGES)) {
            requireServer(flags);
        }
        makeDirectory("--image-path", flags.images());
        makeDirectory("--work-path", flags.work());
        if (flags.parent().isPresent()) {
            requireParent(flags.images(), flags.parent().get());
        }
        return flags;
    }

    /** What to bring back and from where. */
    static CheckpointFlags restore(Arguments read) throws Usage, RuntimeRefused, IOException {
        CheckpointFlags flags = flags(read);
        if (!Files.isDirectory(flags.images())) {
            throw new RuntimeRefused(
                    "--image-path \"%s\" is no directory; name that of a checkpoint".formatted(flags.images()));
        }
        makeDirectory("--work-path", flags.work());
        return flags;
    }

    /** Pages are given to whoever asks: without an address CRIU would listen everywhere, at a port that only its log knows. */
    private static void requireServer(CheckpointFlags flags) throws Usage, RuntimeRefused, IOException {
        if (flags.pages().isEmpty()) {
            throw new Usage("--lazy-pages needs --page-server ADDRESS:PORT, where its pages are fetched");
        }
        if (flags.has(Switch.PRE_DUMP)) {
            throw new Usage("--lazy-pages and --pre-dump exclude each other: a pre-dump is all memory");
        }
        if (flags.ready().isPresent()) {
            requireWritable(flags.ready().getAsInt());
        }
    }

    private static void requireWritable(int fd) throws RuntimeRefused, IOException {
        Path info = Path.of("/proc/self/fdinfo/" + fd);
        if (!Files.exists(info)) {
            throw new RuntimeRefused("invalid --status-fd argument %d: bad file descriptor; open it".formatted(fd));
        }
        // proc_pid_fdinfo(5): flags are octal, and the lowest two bits are the access mode
        boolean writable = Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("flags:"))
                .anyMatch(line -> line.matches(".*[1256]"));
        if (!writable) {
            throw new RuntimeRefused(
                    "invalid --status-fd argument %d: not writable; open it for writing".formatted(fd));
        }
    }

    private static CheckpointFlags flags(Arguments read) throws Usage {
        Path images = Path.of(read.value("image-path").orElse("checkpoint")).toAbsolutePath();
        Path work =
                read.value("work-path").map(Path::of).map(Path::toAbsolutePath).orElse(images);
        Set<Switch> switches = EnumSet.noneOf(Switch.class);
        for (Switch each : Switch.values()) {
            if (each != Switch.EMPTY_NETWORK && read.is(each.flag())) {
                switches.add(each);
            }
        }
        for (String namespace : read.all("empty-ns")) {
            if (!namespace.equals("network")) {
                throw new Usage("namespace \"" + namespace + "\" is not supported by --empty-ns: it is network");
            }
            switches.add(Switch.EMPTY_NETWORK);
        }
        return new CheckpointFlags(
                images,
                work,
                read.value("parent-path"),
                switches,
                mode(read.value("manage-cgroups-mode").orElse("")),
                pages(read),
                ready(read),
                read.value("lsm-profile"),
                read.value("lsm-mount-context"));
    }

    private static Optional<PageServer> pages(Arguments read) throws Usage {
        Optional<String> text = read.value("page-server");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher parts = ADDRESS.matcher(text.get());
        if (!parts.matches()) {
            throw new Usage("Use --page-server ADDRESS:PORT to specify page server, not \"" + text.get() + "\"");
        }
        int port;
        try {
            port = Integer.parseInt(parts.group(3));
        } catch (NumberFormatException e) {
            port = 0;
        }
        if (port < 1 || port > LARGEST_PORT) {
            throw new Usage(
                    "Invalid port number \"" + parts.group(3) + "\" of --page-server: it is 1 to " + LARGEST_PORT);
        }
        String address = parts.group(1) == null ? parts.group(2) : parts.group(1);
        return Optional.of(new PageServer(address, port));
    }

    private static OptionalInt ready(Arguments read) throws Usage {
        int fd = read.number(-1, "status-fd");
        return fd < 0 ? OptionalInt.empty() : OptionalInt.of(fd);
    }

    private static CgroupsMode mode(String text) throws Usage {
        return switch (text) {
            case "", "soft" -> CgroupsMode.SOFT;
            case "full" -> CgroupsMode.FULL;
            case "strict" -> CgroupsMode.STRICT;
            case "ignore" -> CgroupsMode.IGNORE;
            default ->
                throw new Usage(
                        "invalid manage-cgroups-mode value \"" + text + "\": it is soft, full, strict or ignore");
        };
    }

    private static void makeDirectory(String flag, Path directory) throws RuntimeRefused {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new RuntimeRefused(
                    "%s \"%s\" cannot be made: %s; name a directory that can be written to"
                            .formatted(flag, directory, e.getMessage()),
                    e);
        }
        if (!Files.isWritable(directory)) {
            throw new RuntimeRefused(
                    "%s \"%s\" cannot be written to; name another directory".formatted(flag, directory));
        }
    }

    private static void requireParent(Path images, String parent) throws RuntimeRefused {
        if (parent.startsWith("/")) {
            throw new RuntimeRefused(
                    "--parent-path must be relative, to the directory of --image-path: it is \"%s\"".formatted(parent));
        }
        Path real = images.resolve(parent);
        if (!Files.isDirectory(real)) {
            throw new RuntimeRefused(
                    "invalid --parent-path: \"%s\" is no directory; name that of a pre-dump".formatted(real));
        }
    }
}
