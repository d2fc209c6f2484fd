package dev.ferry.store.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.Ingest;
import dev.ferry.store.content.Lease;
import dev.ferry.store.content.StateDamaged;
import dev.ferry.store.content.StateFile;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * The images of this host: names, configurations and layers.
 *
 * <p>Configurations and uncompressed layer tars are blobs of the {@link ContentStore}; {@code images.json} says which of them
 * are images and what they are called. That file is replaced as a whole, so a crash leaves the old names or the new ones; when
 * it is torn or from a newer version the store does not open and changes nothing. Any thread may call any method.
 */
public final class ImageStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CONFIG_BYTES = 8 << 20;
    private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-f]{1,64}");

    private final ContentStore content;
    private final StateFile<ImageIndex> file;
    private final ArchiveLimits limits;
    private final Path scratch;

    /** Orders changes of the index; taken before the content store's lock. Held over the writing of images.json, so that what
     * is published is what is on disk. */
    private final ReentrantLock changing = new ReentrantLock();

    private volatile ImageIndex index;

    private ImageStore(
            Path root, ContentStore content, ArchiveLimits limits, StateFile<ImageIndex> file, ImageIndex index) {
        this.content = content;
        this.limits = limits;
        this.file = file;
        this.index = index;
        this.scratch = root.resolve("load");
    }

    /**
     * Opens the store whose names are kept below {@code root}, which is made if it does not exist.
     *
     * @throws StateDamaged when images.json is torn
     * @throws dev.ferry.store.content.StateTooNew when a newer version wrote it
     */
    public static ImageStore open(Path root, ContentStore content) throws IOException {
        return open(root, content, ArchiveLimits.DEFAULT, StepListener.NONE);
    }

    /** As {@link #open(Path, ContentStore)}, with limits for archives and a listener for changes on disk. */
    public static ImageStore open(Path root, ContentStore content, ArchiveLimits limits, StepListener steps)
            throws IOException {
        Files.createDirectories(root);
        StateFile<ImageIndex> file =
                new StateFile<>(root.resolve("images.json"), ImageIndex.VERSION, ImageIndex.class, steps);
        return new ImageStore(root, content, limits, file, file.read().orElse(ImageIndex.EMPTY));
    }

    /**
     * Makes an image of one layer from a root file system's tar (plain, gzip or bzip2).
     *
     * @param changes instructions as of a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR
     * @param message the image's comment
     */
    public Image importRootfs(InputStream tar, Optional<Reference> name, List<String> changes, Optional<String> message)
            throws ImageException, IOException {
        ExecutionDefaults execution = ExecutionDefaults.EMPTY;
        for (String change : changes) {
            execution = Change.parse(change).applyTo(execution);
        }
        List<Reference> names = name.map(ImageStore::taggable).stream().toList();
        try (Lease lease = content.lease()) {
            Digest diffId = new LayerIntake(content, limits).take(lease, tar, Optional.empty());
            Digest id = content.put(
                    lease, ImageConfigs.ofRootfs(diffId, execution, message.orElse("Imported from -"), Instant.now()));
            add(id, names);
            return require(id);
        }
    }

    /** Writes the tar of a layer. */
    @FunctionalInterface
    public interface LayerWriter {
        /** Writes it; says whether there is anything in it. */
        boolean write(OutputStream out) throws IOException;
    }

    /**
     * Makes an image of another one and one more layer. A layer without anything in it is none: then only the configuration is new.
     *
     * @param name what it is called; a name that another image had moves
     */
    public Image commit(Digest parent, LayerWriter writer, CommitRequest request, Optional<Reference> name)
            throws ImageException, IOException {
        ExecutionDefaults execution = request.execution();
        for (String change : request.changes()) {
            execution = Change.parse(change).applyTo(execution);
        }
        List<Reference> names = name.map(ImageStore::taggable).stream().toList();
        try (Lease lease = content.lease()) {
            lease.hold(parent);
            ImageConfig base = config(parent);
            base.diffIds().forEach(lease::hold);
            Optional<Digest> layer;
            try (Ingest ingest = content.ingest(lease)) {
                boolean any = writer.write(new Unclosed(ingest));
                layer = any ? Optional.of(ingest.commit()) : Optional.empty();
            }
            Digest id = content.put(lease, ImageConfigs.ofCommit(base, layer, execution, request, Instant.now()));
            add(id, names);
            return require(id);
        }
    }

    /** Who writes a tar closes it, and the blob has to stay open. */
    private static final class Unclosed extends java.io.FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /**
     * Takes in an archive as {@code docker save} or an OCI tool writes it, perhaps compressed. All its images or none.
     *
     * @return the images in the archive's order
     */
    public List<LoadedImage> load(InputStream archive) throws ImageException, IOException {
        try (Lease lease = content.lease();
                ImageArchive opened = ImageArchive.read(archive, scratch, limits)) {
            List<ImageArchive.Entry> entries = opened.entries(Platform.ofHost());
            LayerIntake layers = new LayerIntake(content, limits);
            List<Digest> ids = new ArrayList<>();
            for (ImageArchive.Entry entry : entries) {
                ids.add(opened.store(entry, content, lease, layers));
            }
            changing.lock();
            try {
                ImageIndex changed = index;
                for (int i = 0; i < ids.size(); i++) {
                    changed = changed.withImage(
                            ids.get(i), entries.get(i).names(), Instant.now().toString());
                }
                publish(changed);
            } finally {
                changing.unlock();
            }
            List<LoadedImage> loaded = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                loaded.add(new LoadedImage(require(ids.get(i)), entries.get(i).names()));
            }
            return loaded;
        }
    }

    /**
     * Makes an image of blobs that are stored already: its configuration and all its layers. A name that another image has here stays with
     * that one, unlike in {@link #load}: whoever brought the blobs did not ask for a name to move.
     *
     * @throws ImageException.BadImageRequest when a layer is missing
     */
    public Image adopt(Digest id, List<Reference> names) throws ImageException, IOException {
        try (Lease lease = content.lease()) {
            lease.hold(id);
            for (Digest layer : config(id).diffIds()) {
                lease.hold(layer);
                if (!content.contains(layer)) {
                    throw new ImageException.BadImageRequest(
                            "layer \"" + layer + "\" of image \"" + id + "\" is not stored");
                }
            }
            changing.lock();
            try {
                List<Reference> free = names.stream()
                        .map(ImageStore::taggable)
                        .filter(name -> index.named(name).isEmpty())
                        .toList();
                publish(index.withImage(id, free, Instant.now().toString()));
            } finally {
                changing.unlock();
            }
            return require(id);
        }
    }

    /**
     * Writes images as one tar that {@code docker load}, OCI tools and {@link #load} read. A name saves that name; an id saves
     * the image without a name.
     */
    public void save(List<String> namesOrIds, OutputStream out) throws ImageException, IOException {
        try (Lease lease = content.lease()) {
            ImageArchiveWriter writer = new ImageArchiveWriter(content);
            for (String nameOrId : namesOrIds) {
                Image image = resolve(nameOrId);
                lease.hold(image.id());
                image.diffIds().forEach(lease::hold);
                writer.add(image, isNameOf(nameOrId, image).stream().toList());
            }
            writer.writeTo(out);
        }
    }

    /**
     * The image people mean by a name, an id, or the beginning of an id.
     *
     * @throws ImageException.AmbiguousImage when several ids begin so
     */
    public Optional<Image> find(String nameOrId) throws ImageException, IOException {
        ImageIndex now = index;
        Optional<Digest> id = idIn(now, nameOrId);
        return id.isPresent() ? Optional.of(describe(now, id.get())) : Optional.empty();
    }

    /** As {@link #find}, failing when there is none. */
    public Image resolve(String nameOrId) throws ImageException, IOException {
        Optional<Image> found = find(nameOrId);
        if (found.isEmpty()) {
            throw new ImageException.NoSuchImage(familiar(nameOrId));
        }
        return found.get();
    }

    /** All images, newest first. */
    public List<Image> list() throws IOException {
        ImageIndex now = index;
        List<Image> images = new ArrayList<>();
        for (Digest id : now.ids()) {
            images.add(describe(now, id));
        }
        images.sort((a, b) -> b.created().compareTo(a.created()));
        return images;
    }

    /** Gives an image another name; a name that another image had moves. */
    public void tag(String nameOrId, Reference name) throws ImageException, IOException {
        if (name.digest().isPresent()) {
            throw new ImageException.BadImageRequest("refusing to create a tag with a digest reference");
        }
        add(resolve(nameOrId).id(), List.of(taggable(name)));
    }

    /**
     * Takes a name away, or an image with all its names. An image whose last name goes is forgotten too, unless something uses
     * it. Its blobs remain until {@link ContentStore#collect}.
     *
     * @param force takes several names at once, and images that stopped containers use
     */
    public Removal remove(String nameOrId, boolean force, ImageUse.Lookup uses) throws ImageException, IOException {
        changing.lock();
        try {
            Image image = resolve(nameOrId);
            Optional<Reference> name = isNameOf(nameOrId, image);
            Removal removal = name.isPresent()
                    ? removeName(image, name.get(), force, uses.of(image.id()))
                    : removeImage(image, force, uses.of(image.id()));
            return removal;
        } finally {
            changing.unlock();
        }
    }

    /** Every blob the images need: what a collection must keep. */
    public Set<Digest> live() throws IOException {
        ImageIndex now = index;
        Set<Digest> live = new HashSet<>();
        for (Digest id : now.ids()) {
            live.add(id);
            live.addAll(config(id).diffIds());
        }
        return live;
    }

    /** Bytes of all layers, each once. */
    public long layersSize() throws IOException {
        Set<Digest> layers = new HashSet<>();
        ImageIndex now = index;
        for (Digest id : now.ids()) {
            layers.addAll(config(id).diffIds());
        }
        long bytes = 0;
        for (Digest layer : layers) {
            bytes += content.size(layer);
        }
        return bytes;
    }

    private Removal removeName(Image image, Reference name, boolean force, List<ImageUse> uses)
            throws ImageException, IOException {
        boolean last = image.repoTags().size() == 1;
        if (!last) {
            publish(index.withoutName(name));
            return new Removal(List.of(name), List.of());
        }
        if (!uses.isEmpty() && !force) {
            throw new ImageException.ImageInUse("unable to remove repository reference \"" + name.familiar()
                    + "\" (must force) - container "
                    + abbreviated(uses.getFirst().container())
                    + " is using its referenced image " + image.id().abbreviated());
        }
        if (!uses.isEmpty()) {
            publish(index.withoutName(name)); // a container still needs the layers: only the name goes
            return new Removal(List.of(name), List.of());
        }
        return forget(image);
    }

    private Removal removeImage(Image image, boolean force, List<ImageUse> uses) throws ImageException, IOException {
        for (ImageUse use : uses) {
            if (use.running()) {
                throw ImageException.ImageInUse.delete(
                        image.id(), false, "image is being used by running container " + abbreviated(use.container()));
            }
        }
        long repositories =
                image.repoTags().stream().map(Reference::repository).distinct().count();
        if (repositories > 1 && !force) {
            throw ImageException.ImageInUse.delete(image.id(), true, "image is referenced in multiple repositories");
        }
        if (!uses.isEmpty() && !force) {
            throw ImageException.ImageInUse.delete(
                    image.id(),
                    true,
                    "image is being used by stopped container "
                            + abbreviated(uses.getFirst().container()));
        }
        return forget(image);
    }

    private Removal forget(Image image) throws IOException {
        Set<Digest> before = live();
        publish(index.withoutImage(image.id()));
        Set<Digest> after = live();
        Set<Digest> gone = new LinkedHashSet<>();
        gone.add(image.id());
        image.diffIds().reversed().stream()
                .filter(layer -> before.contains(layer) && !after.contains(layer))
                .forEach(gone::add);
        return new Removal(image.repoTags(), List.copyOf(gone));
    }

    private void add(Digest id, List<Reference> names) throws IOException {
        changing.lock();
        try {
            publish(index.withImage(id, names, Instant.now().toString()));
        } finally {
            changing.unlock();
        }
    }

    /** Preconditions: {@link #changing} is held. */
    private void publish(ImageIndex changed) throws IOException {
        file.write(changed);
        index = changed;
    }

    private Optional<Digest> idIn(ImageIndex now, String nameOrId) throws ImageException {
        String hex = nameOrId.startsWith("sha256:") ? nameOrId.substring("sha256:".length()) : nameOrId;
        if (hex.length() == 64 && ID_PREFIX.matcher(hex).matches()) {
            return Optional.of(new Digest(Digest.Algorithm.SHA256, hex)).filter(now::contains);
        }
        if (!nameOrId.startsWith("sha256:")) {
            Optional<Digest> named = now.named(Reference.parse(nameOrId).withDefaultTag());
            if (named.isPresent()) {
                return named;
            }
        }
        if (!ID_PREFIX.matcher(hex).matches()) {
            return Optional.empty();
        }
        List<Digest> matching =
                now.ids().stream().filter(id -> id.hex().startsWith(hex)).toList();
        if (matching.size() > 1) {
            throw new ImageException.AmbiguousImage(nameOrId);
        }
        return matching.stream().findFirst();
    }

    private static Optional<Reference> isNameOf(String nameOrId, Image image) {
        try {
            Reference reference = Reference.parse(nameOrId).withDefaultTag();
            return Optional.of(reference).filter(image.repoTags()::contains);
        } catch (InvalidReference e) {
            return Optional.empty(); // an id
        }
    }

    private Image require(Digest id) throws IOException {
        return describe(index, id);
    }

    private Image describe(ImageIndex now, Digest id) throws IOException {
        ImageConfig config = config(id);
        long size = 0;
        for (Digest layer : config.diffIds()) {
            size += content.size(layer);
        }
        return new Image(
                id,
                config,
                config.diffIds(),
                now.namesOf(id),
                size,
                instant(config.created()),
                Instant.parse(now.tagged(id)));
    }

    private ImageConfig config(Digest id) throws IOException {
        try {
            return JSON.readValue(content.readSmall(id, CONFIG_BYTES), ImageConfig.class);
        } catch (JsonProcessingException e) {
            throw new IOException("configuration of image \"" + id + "\" is damaged: load the image again", e);
        }
    }

    private static Instant instant(@org.jspecify.annotations.Nullable String created) {
        try {
            return created == null || created.isEmpty()
                    ? Instant.EPOCH
                    : OffsetDateTime.parse(created).toInstant();
        } catch (DateTimeParseException e) {
            return Instant.EPOCH; // a label others wrote; nothing depends on it
        }
    }

    private static Reference taggable(Reference name) {
        return new Reference(name.domain(), name.path(), name.tag(), Optional.empty()).withDefaultTag();
    }

    private static String familiar(String nameOrId) {
        try {
            return Reference.parse(nameOrId).withDefaultTag().familiar();
        } catch (InvalidReference e) {
            return nameOrId.toLowerCase(Locale.ROOT);
        }
    }

    private static String abbreviated(String containerId) {
        return containerId.length() > 12 ? containerId.substring(0, 12) : containerId;
    }
}
