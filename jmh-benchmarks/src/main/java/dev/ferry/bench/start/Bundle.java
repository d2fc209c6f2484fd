package dev.ferry.bench.start;

import dev.ferry.profiles.profile.KernelVersion;
import dev.ferry.profiles.profile.ProfileLibrary;
import dev.ferry.profiles.profile.ProfileTarget;
import dev.ferry.runtime.linux.KernelRelease;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.image.Image;
import dev.ferry.store.image.ImageException;
import dev.ferry.store.image.ImageStore;
import dev.ferry.store.snapshot.OverlaySnapshotter;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What every subject starts: one image, one program, and the full default configuration with its seccomp filter and limits on
 * memory, processes and CPU. For runtimes that read a bundle it is also written as one, with the image's layers joined by an
 * overlay mount that stands before the clock starts.
 */
final class Bundle implements AutoCloseable {
    private static final String KEY = "bench-bundle";
    static final long MEMORY_BYTES = 256L << 20;
    static final long PROCESSES = 256;

    private final Path directory;
    private final OverlaySnapshotter snapshots;
    private final List<Digest> layers;
    private final List<String> arguments;
    private final ImageSource image;
    private final LinuxSeccomp seccomp;
    private final LinuxResources limits = new LinuxResources(
            List.of(),
            LinuxResources.Memory.limited(MEMORY_BYTES),
            null,
            new LinuxResources.Pids(PROCESSES),
            null,
            List.of(),
            null,
            Map.of(),
            Map.of());

    private Bundle(
            Path directory,
            OverlaySnapshotter snapshots,
            List<Digest> layers,
            List<String> arguments,
            ImageSource image,
            LinuxSeccomp seccomp) {
        this.directory = directory;
        this.snapshots = snapshots;
        this.layers = layers;
        this.arguments = arguments;
        this.image = image;
        this.seccomp = seccomp;
    }

    /**
     * Prepares a bundle below a directory.
     *
     * @param image a root file system's tar or an image archive
     * @param command what runs; empty for the image's own
     */
    static Bundle prepare(Path directory, ImageSource image, List<String> command)
            throws IOException, ImageException, SnapshotException, InvalidSpec {
        ContentStore content = ContentStore.open(directory.resolve("content"));
        ImageStore images = ImageStore.open(directory.resolve("images"), content);
        OverlaySnapshotter snapshots = OverlaySnapshotter.open(directory.resolve("snapshots"), content);
        Image loaded;
        try (InputStream in = image.open()) {
            loaded = image.isArchive()
                    ? images.load(in).getFirst().image()
                    : images.importRootfs(in, Optional.empty(), List.of(), Optional.empty());
        }
        List<String> arguments = command.isEmpty() ? ownCommand(loaded) : command;
        Bundle bundle = new Bundle(directory, snapshots, loaded.diffIds(), arguments, image, filter());
        bundle.write();
        return bundle;
    }

    /** The directory with {@code config.json} and {@code rootfs}. */
    Path path() {
        return directory.resolve("bundle");
    }

    /** The configuration for a container in a network namespace and a control group that exist. */
    Spec spec(Path network, String cgroup) {
        return builder()
                .joinNamespace(NamespaceKind.NETWORK, network.toString())
                .cgroupsPath(cgroup)
                .build();
    }

    ImageSource image() {
        return image;
    }

    LinuxSeccomp seccomp() {
        return seccomp;
    }

    LinuxResources limits() {
        return limits;
    }

    List<String> arguments() {
        return arguments;
    }

    /** A writable layer for one container. */
    RootFilesystem.Overlay prepareRoot(String key) throws SnapshotException, IOException {
        return snapshots.prepare(key, layers);
    }

    void removeRoot(String key) throws IOException {
        snapshots.remove(key);
    }

    @Override
    public void close() throws IOException {
        Mounts.unmount(path().resolve("rootfs"), 0);
    }

    private void write() throws IOException, SnapshotException {
        Path rootfs = Files.createDirectories(path().resolve("rootfs"));
        Mounts.mount(
                "overlay", rootfs, "overlay", 0, snapshots.prepare(KEY, layers).options());
        Files.write(path().resolve("config.json"), OciJson.write(builder().build()));
    }

    private DefaultSpec builder() {
        return DefaultSpec.builder()
                .root(path().resolve("rootfs").toString(), false)
                .arguments(arguments)
                .resources(limits)
                .hostname("bench")
                .seccomp(seccomp);
    }

    private static LinuxSeccomp filter() throws IOException, InvalidSpec {
        KernelRelease kernel = KernelRelease.ofHost();
        ProfileTarget target = ProfileTarget.here(
                Set.copyOf(DefaultSpec.CAPABILITIES), new KernelVersion(kernel.major(), kernel.minor()));
        return OciJson.readSeccomp(ProfileLibrary.builtin().resolve(target).toJson());
    }

    private static List<String> ownCommand(Image image) {
        List<String> command = new ArrayList<>();
        if (image.config().execution().entrypoint() != null) {
            command.addAll(image.config().execution().entrypoint());
        }
        if (image.config().execution().command() != null) {
            command.addAll(image.config().execution().command());
        }
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the image names no program: give one behind --");
        }
        return command;
    }
}
