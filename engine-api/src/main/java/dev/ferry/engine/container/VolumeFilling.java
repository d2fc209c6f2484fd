package dev.ferry.engine.container;

import dev.ferry.engine.volume.VolumeOptions;
import dev.ferry.engine.volume.VolumeRecord;
import dev.ferry.engine.volume.VolumeService;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.mount.RootView;
import dev.ferry.store.files.ContainedTree;
import dev.ferry.store.files.NoSuchPath;
import dev.ferry.store.files.UnpackOptions;
import dev.ferry.store.snapshot.Node;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Gives an empty volume what the image has at its path, owner and permissions of the directory included.
 *
 * <p>The volume is filled aside and the full directory put in the place of the empty one, so that an engine that dies meanwhile leaves an
 * empty volume, which the next container fills. Only if another container has the empty one already, it is filled in place.
 */
final class VolumeFilling {
    private final VolumeService volumes;
    private final Path place;

    /**
     * Into those volumes.
     *
     * @param place an empty directory that views are made at
     */
    VolumeFilling(VolumeService volumes, Path place) {
        this.volumes = volumes;
        this.place = place;
    }

    /**
     * Fills what has to be filled.
     *
     * @param home where a tar may lie meanwhile
     */
    void fill(ContainerRecord record, RootFilesystem.Overlay root, Path home) throws IOException {
        List<Attachment> wanting = record.attachments().stream()
                .filter(each -> each.isVolume() && each.copy() && each.subpath().isEmpty())
                .toList();
        if (wanting.isEmpty()) {
            return;
        }
        try (RootView view = RootView.ofLayers(root, RootView.Writes.LOST, List.of(), place)) {
            for (Attachment each : wanting) {
                fill(each, record.id(), new ContainedTree(view.root()), home.resolve("filling.tar"));
            }
        }
    }

    private void fill(Attachment attachment, ContainerId id, ContainedTree image, Path tar) throws IOException {
        VolumeRecord volume = volumes.require(attachment.volume());
        VolumeOptions options = VolumeOptions.of(volume.name(), volume.options());
        Path data = volumes.data(volume);
        if (options instanceof VolumeOptions.Memory || !isEmptyDirectory(data)) {
            return;
        }
        Node of;
        try {
            of = image.facts(attachment.destination() + "/").node();
        } catch (NoSuchPath e) {
            return;
        } catch (SyscallException e) {
            if (e.is(Errno.ENOTDIR)) {
                return;
            }
            throw e;
        }
        boolean alone = options instanceof VolumeOptions.Own
                && volumes.users(volume.name()).stream().allMatch(id.text()::equals);
        Path into = alone ? data.resolveSibling(VolumeService.FILLING) : data;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tar))) {
            image.pack(attachment.destination() + "/.", out);
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar))) {
            if (alone) {
                Incarnations.deleteTree(into);
                Files.createDirectory(into);
            }
            try (Fd directory = OpenFiles.open(into, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
                new ContainedTree(directory).unpack("/", in, UnpackOptions.PLAIN);
                OpenNodes.changeOwner(directory, (int) of.owner(), (int) of.group());
                OpenNodes.changeMode(directory, of.permissions());
            }
            if (alone) {
                OpenFiles.syncFileSystem(into);
                Files.move(into, data, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            Files.deleteIfExists(tar);
        }
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (var entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }
}
