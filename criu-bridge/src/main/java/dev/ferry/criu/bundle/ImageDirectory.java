package dev.ferry.criu.bundle;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of CRIU's images as runc makes it. What stands in it from an earlier checkpoint is put aside while a new one is made, since
 * stale images would be restored with the others and a checkpoint that fails must not cost the one before.
 *
 * <p>A call that dies leaves {@code .former}; the next one brings those files back, unless the newer checkpoint is whole.
 */
final class ImageDirectory {
    private static final String DESCRIPTORS = "descriptors.json";
    private static final String INVENTORY = "inventory.img";
    private static final String FORMER = ".former";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Path directory;

    ImageDirectory(Path directory) {
        this.directory = directory;
    }

    Path path() {
        return directory;
    }

    /** Makes room for new images. */
    void clear() throws IOException {
        Path former = directory.resolve(FORMER);
        if (Files.isDirectory(former)) {
            if (Files.exists(directory.resolve(DESCRIPTORS))) {
                keep();
            } else {
                bringBack();
            }
        }
        List<Path> old = files(directory);
        if (old.isEmpty()) {
            return;
        }
        Files.createDirectory(former);
        for (Path file : old) {
            Files.move(file, former.resolve(file.getFileName()));
        }
    }

    /** The new images are whole: lets go of the former. */
    void keep() throws IOException {
        Path former = directory.resolve(FORMER);
        if (Files.isDirectory(former)) {
            for (Path file : files(former)) {
                Files.delete(file);
            }
            Files.delete(former);
        }
    }

    /** Undoes {@link #clear} and whatever was written since, but for the log, which says why. */
    void bringBack() throws IOException {
        for (Path file : files(directory)) {
            if (!file.endsWith(CheckpointDirectory.DUMP_LOG)) {
                Files.delete(file);
            }
        }
        Path former = directory.resolve(FORMER);
        if (Files.isDirectory(former)) {
            for (Path file : files(former)) {
                if (file.endsWith(CheckpointDirectory.DUMP_LOG)) {
                    Files.delete(file);
                } else {
                    Files.move(file, directory.resolve(file.getFileName()));
                }
            }
            Files.delete(former);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    void writeDescriptors(List<String> descriptors) throws IOException {
        Files.write(directory.resolve(DESCRIPTORS), JSON.writeValueAsBytes(descriptors));
    }

    void writeUnread(byte[] input) throws IOException {
        Files.write(directory.resolve(CheckpointDirectory.UNREAD_STDIN), input);
    }

    /** Input that the container had not read; empty if there was none. */
    byte[] unread() throws IOException {
        try {
            return Files.readAllBytes(directory.resolve(CheckpointDirectory.UNREAD_STDIN));
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    /** What the standard descriptors were. */
    List<String> descriptors() throws RuntimeRefused, IOException {
        Path file = directory.resolve(DESCRIPTORS);
        try {
            return JSON.readValue(Files.readAllBytes(file), new TypeReference<List<String>>() {});
        } catch (NoSuchFileException e) {
            throw new RuntimeRefused(
                    "\"%s\" holds no checkpoint of a container: %s is missing; name another directory with --image-path"
                            .formatted(directory, DESCRIPTORS),
                    e);
        } catch (JacksonException e) {
            throw new RuntimeRefused(
                    "the checkpoint in \"%s\" is damaged: %s cannot be read: %s; restore another one"
                            .formatted(directory, DESCRIPTORS, e.getOriginalMessage()),
                    e);
        }
    }

    /**
     * Says no to a directory without images.
     *
     * @throws RuntimeRefused when there is no inventory
     */
    void requireImages() throws RuntimeRefused {
        if (!Files.exists(directory.resolve(INVENTORY))) {
            throw new RuntimeRefused(
                    "\"%s\" holds no checkpoint: %s is missing; name the directory of one with --image-path"
                            .formatted(directory, INVENTORY));
        }
    }

    /** Whether the devices of a network namespace were saved. */
    boolean hasNetworkDevices() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.anyMatch(file -> String.valueOf(file.getFileName()).matches("netdev-\\d+\\.img"));
        }
    }

    /** Sends everything to the disk: from here on a container's memory may exist here only. */
    void sync() throws IOException {
        for (Path file : files(directory)) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                try (Fd opened = OpenFiles.open(file, OpenFlags.O_RDONLY)) {
                    OpenFiles.fsync(opened);
                }
            }
        }
        OpenFiles.fsyncDirectory(directory);
    }
}
