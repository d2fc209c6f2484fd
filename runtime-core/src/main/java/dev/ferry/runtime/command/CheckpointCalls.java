package dev.ferry.runtime.command;

import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.CgroupsMode;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.command.Arguments.Flags;
import dev.ferry.runtime.command.Arguments.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** The flags of {@code checkpoint} and {@code restore}, which are runc's. What is not done is refused by its name. */
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

    private CheckpointCalls() {}

    /** What to save and where. The directories are made; those of callers that forgot to name one are runc's. */
    static CheckpointFlags checkpoint(Arguments read) throws Usage, RuntimeRefused, IOException {
        if (read.is("lazy-pages") || read.number(-1, "status-fd") >= 0) {
            throw lazyPages();
        }
        if (read.value("page-server").isPresent()) {
            throw new RuntimeRefused(
                    "--page-server: this runtime sends no pages elsewhere; leave it out and copy the directory of --image-path");
        }
        CheckpointFlags flags = flags(read);
        makeDirectory("--image-path", flags.images());
        makeDirectory("--work-path", flags.work());
        if (flags.parent().isPresent()) {
            requireParent(flags.images(), flags.parent().get());
        }
        return flags;
    }

    /** What to bring back and from where. */
    static CheckpointFlags restore(Arguments read) throws Usage, RuntimeRefused, IOException {
        if (read.is("lazy-pages")) {
            throw lazyPages();
        }
        CheckpointFlags flags = flags(read);
        if (!Files.isDirectory(flags.images())) {
            throw new RuntimeRefused(
                    "--image-path \"%s\" is no directory; name that of a checkpoint".formatted(flags.images()));
        }
        makeDirectory("--work-path", flags.work());
        return flags;
    }

    private static RuntimeRefused lazyPages() {
        return new RuntimeRefused(
                "--lazy-pages: this runtime brings back all of the memory, since a container whose pages stop coming goes on with zeros; leave it out");
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
                read.value("lsm-profile"),
                read.value("lsm-mount-context"));
    }

    private static CgroupsMode mode(String text) throws Usage {
        return switch (text) {
            case "", "soft" -> CgroupsMode.SOFT;
            case "full" -> CgroupsMode.FULL;
            case "strict" -> CgroupsMode.STRICT;
            case "ignore" ->
                throw new Usage(
                        "--manage-cgroups-mode=ignore: a container would come back outside of its cgroup namespace; use soft");
            default ->
                throw new Usage("Invalid manage-cgroups-mode value \"" + text + "\": it is soft, full or strict");
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
