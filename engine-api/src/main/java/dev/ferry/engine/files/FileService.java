package dev.ferry.engine.files;

import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.image.ImageService;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.mount.RootView;
import dev.ferry.runtime.oci.User;
import dev.ferry.store.files.ContainedTree;
import dev.ferry.store.files.FileChange;
import dev.ferry.store.files.UnpackOptions;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files of containers, in and out. A container that runs is looked at through a copy of its own mounts, and nothing of it waits; one that does
 * not is mounted on its lane, so that no start meets the mount that writes.
 */
public final class FileService {
    private final ContainerRegistry registry;
    private final Incarnations incarnations;
    private final ContainerEvents events;
    private final ImageService images;
    private final Path place;
    private final Path spool;

    /**
     * From its parts.
     *
     * @param place an empty directory that views are made at
     * @param spool what is uploaded for containers that do not run; emptied here
     */
    public FileService(
            ContainerRegistry registry,
            Incarnations incarnations,
            ContainerEvents events,
            ImageService images,
            Path place,
            Path spool)
            throws IOException {
        this.registry = registry;
        this.incarnations = incarnations;
        this.events = events;
        this.images = images;
        this.place = Files.createDirectories(place);
        Incarnations.deleteTree(spool);
        this.spool = Files.createDirectories(spool);
    }

    /** Opens a container's files, with everything that is mounted in it. */
    public FileView open(String reference) throws InterruptedException {
        return open(registry.find(reference), reference, true);
    }

    /** Opens a container's root without what is mounted in it. */
    public FileView openRoot(String reference) throws InterruptedException {
        return open(registry.find(reference), reference, false);
    }

    /** What a container has changed of its image. */
    public List<FileChange> changes(String reference) {
        ContainerRecord record = registry.find(reference).record();
        requireHere(record);
        try (ContainerLayer layer = ContainerLayer.open(incarnations.root(record))) {
            return layer.files().changes();
        } catch (SnapshotException e) {
            throw new Failed(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("file.changes", "changes of container " + record.name() + ": " + e.getMessage(), e);
        }
    }

    /**
     * What a container costs.
     *
     * @param written bytes of its own files
     * @param all the same with its image's
     */
    public record Sizes(long written, long all) {}

    /** What a container costs on the disk. */
    public Sizes sizes(Container container) {
        ContainerRecord record = container.record();
        try {
            long written = incarnations.written(record);
            return new Sizes(written, written + images.size(record.image()));
        } catch (SnapshotException e) {
            throw new Failed(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("file.size", "size of container " + record.name() + ": " + e.getMessage(), e);
        }
    }

    /** Tells the world that files were taken out or put in. */
    public void tell(String reference, String action) {
        events.tell(registry.find(reference).record(), action);
    }

    private FileView open(Container container, String reference, boolean withMounts) throws InterruptedException {
        requireHere(container.record());
        ContainerProcess process = container.process();
        if (process != null) {
            Optional<RootView> running = ofProcess(container, process, withMounts);
            if (running.isPresent()) {
                return new FileView(container.record(), reference, running.get());
            }
        }
        return container.lane().call(() -> {
            ContainerRecord record = container.record();
            ContainerProcess now = container.process();
            if (now != null) {
                RootView view = ofProcess(container, now, withMounts).orElseThrow(() -> ended(record));
                return new FileView(record, reference, view);
            }
            return new FileView(
                    record,
                    reference,
                    ofLayers(record, RootView.Writes.LOST, withMounts ? incarnations.visible(record) : List.of()));
        });
    }

    /**
     * Takes a tar apart in a container.
     *
     * @param keepKinds whether files and directories do not replace each other
     * @param asUser whether everything becomes the container's user's
     */
    public void unpack(String reference, String path, InputStream tar, boolean keepKinds, boolean asUser)
            throws InterruptedException {
        Container container = registry.find(reference);
        requireWritable(container.record());
        ContainerProcess process = container.process();
        if (process != null && unpackInto(container, process, reference, path, tar, keepKinds, asUser)) {
            return;
        }
        // nobody starts or removes it while the lane is held, so the lane is not held while a client may be slow
        try (FileChannel whole = received(tar)) {
            container.lane().run(() -> {
                ContainerProcess started = container.process();
                InputStream again = Channels.newInputStream(whole);
                if (started == null) {
                    unpackAtRest(container, reference, path, again, keepKinds, asUser);
                } else if (!unpackInto(container, started, reference, path, again, keepKinds, asUser)) {
                    throw ended(container.record());
                }
            });
        } catch (IOException e) {
            throw FileFailures.of(e, path, reference, container.record());
        }
    }

    private boolean unpackInto(
            Container container,
            ContainerProcess process,
            String reference,
            String path,
            InputStream tar,
            boolean keepKinds,
            boolean asUser) {
        Optional<RootView> view = ofProcess(container, process, true);
        if (view.isEmpty()) {
            return false;
        }
        ContainerRecord record = container.record();
        try (RootView open = view.get()) {
            UnpackOptions options =
                    new UnpackOptions(keepKinds, owner(record, asUser), () -> watch(container, process));
            new ContainedTree(open.root()).unpack(path, tar, options);
            return true;
        } catch (IOException e) {
            throw FileFailures.of(e, path, reference, record);
        }
    }

    /** What is written while a dump or a migration looks at the files, or after the end, might be in one of two places. */
    private static void watch(Container container, ContainerProcess process) throws IOException {
        ContainerRecord now = container.record();
        if (container.process() != process) {
            throw new ContainerChanged("container " + now.name() + " ended while files were copied into it");
        }
        if (now.passage() != null || now.moving() != null) {
            throw new ContainerChanged("container " + now.name()
                    + " is being checkpointed or migrated: what was copied last may be missing there, copy it again");
        }
    }

    /** Preconditions: on the lane; nothing of the container runs. */
    private void unpackAtRest(
            Container container, String reference, String path, InputStream tar, boolean keepKinds, boolean asUser) {
        ContainerRecord record = container.record();
        requireWritable(record);
        RootView.Writes writes = record.host().readonlyRootfs() ? RootView.Writes.REFUSED : RootView.Writes.KEPT;
        try (RootView view = ofLayers(record, writes, incarnations.visible(record))) {
            new ContainedTree(view.root())
                    .unpack(path, tar, new UnpackOptions(keepKinds, owner(record, asUser), () -> {}));
        } catch (IOException e) {
            throw FileFailures.of(e, path, reference, record);
        }
    }

    /** Everything a client sends, in a file without a name. */
    private FileChannel received(InputStream tar) throws IOException {
        Path file = spool.resolve(Long.toHexString(ThreadLocalRandom.current().nextLong()));
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean kept = false;
        try {
            Files.delete(file);
            tar.transferTo(Channels.newOutputStream(channel));
            channel.position(0);
            kept = true;
            return channel;
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    private Optional<RootView> ofProcess(Container container, ContainerProcess process, boolean withMounts) {
        try {
            RootView view = RootView.ofProcess(process.initPid(), withMounts);
            // whose number it was before it is another's: the handle goes when the process has ended
            if (container.process() == process && !process.isEnding()) {
                return Optional.of(view);
            }
            view.close();
            return Optional.empty();
        } catch (IOException e) {
            if (container.process() != process || process.isEnding()) {
                return Optional.empty();
            }
            throw new Failed("file.view", "cannot look into container " + container.id() + ": " + e.getMessage(), e);
        }
    }

    private RootView ofLayers(ContainerRecord record, RootView.Writes writes, List<RootView.Visible> visible) {
        try {
            RootFilesystem.Overlay layers = incarnations.root(record);
            return RootView.ofLayers(layers, writes, visible, place);
        } catch (SnapshotException e) {
            throw new Failed(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("file.view", "cannot look into container " + record.id() + ": " + e.getMessage(), e);
        }
    }

    private Optional<UnpackOptions.Owner> owner(ContainerRecord record, boolean asUser) throws IOException {
        if (!asUser || record.config().user().isEmpty()) {
            return Optional.empty();
        }
        try {
            User user = incarnations
                    .accounts(incarnations.root(record))
                    .resolve(record.config().user(), List.of())
                    .user();
            return Optional.of(new UnpackOptions.Owner((int) user.uid(), (int) user.gid()));
        } catch (SnapshotException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void requireHere(ContainerRecord record) {
        Moving moving = record.moving();
        if (moving != null && moving.stage() == Moving.Stage.ARRIVING) {
            throw new Conflict(
                    "container.moving",
                    "container " + record.name() + " comes from " + moving.peer() + " and is not here yet");
        }
    }

    private static void requireWritable(ContainerRecord record) {
        Moving moving = record.moving();
        if (moving != null) {
            throw new Conflict(
                    "container.moving",
                    "container " + record.name() + " is being migrated, or was: copy the files into it at "
                            + moving.peer());
        }
    }

    private static Conflict ended(ContainerRecord record) {
        return new Conflict("file.container-changed", "container " + record.name() + " has just ended: try again");
    }
}
