package dev.ferry.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ferry.api.model.image.GraphDriver;
import dev.ferry.api.model.image.ImageConfig;
import dev.ferry.api.model.image.ImageDelete;
import dev.ferry.api.model.image.ImageHistory;
import dev.ferry.api.model.image.ImageInspect;
import dev.ferry.api.model.image.ImageMetadata;
import dev.ferry.api.model.image.ImageSummary;
import dev.ferry.api.model.image.RootFs;
import dev.ferry.engine.event.EventBus;
import dev.ferry.store.content.Digest;
import dev.ferry.store.image.CommitRequest;
import dev.ferry.store.image.ExecutionDefaults;
import dev.ferry.store.image.Image;
import dev.ferry.store.image.ImageStore;
import dev.ferry.store.image.ImageUse;
import dev.ferry.store.image.LoadedImage;
import dev.ferry.store.image.Reference;
import dev.ferry.store.image.Removal;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be asked of images. Any thread may call any method. */
public final class ImageService {

    private final ImageStore store;
    private final EventBus events;
    private final ImageUse.Lookup uses;

    /**
     * In front of a store.
     *
     * @param uses which containers were made from an image; asked when one is to be removed
     */
    public ImageService(ImageStore store, EventBus events, ImageUse.Lookup uses) {
        this.store = store;
        this.events = events;
        this.uses = uses;
    }

    /** All images that a filter lets through, newest first. */
    public List<ImageSummary> list(ImageFilter filter) {
        return ImageFailures.call("cannot list images", () -> {
            List<ImageSummary> summaries = new ArrayList<>();
            for (Image image : store.list()) {
                if (filter.admits(image, this::resolve)) {
                    summaries.add(summary(image));
                }
            }
            return summaries;
        });
    }

    /** One image. */
    public ImageInspect inspect(String nameOrId) {
        return inspect(resolve(nameOrId));
    }

    /** The image that a name or the beginning of an id means. */
    public Image resolve(String nameOrId) {
        return ImageFailures.call("cannot read image \"" + nameOrId + "\"", () -> store.resolve(nameOrId));
    }

    /** What it was made of, newest first. */
    public List<ImageHistory> history(String nameOrId) {
        Image image = resolve(nameOrId);
        List<ImageHistory> lines = new ArrayList<>();
        var steps = image.config().steps().reversed();
        boolean newest = true;
        for (var step : steps) {
            boolean empty = Boolean.TRUE.equals(step.emptyLayer());
            lines.add(new ImageHistory(
                    newest ? image.id().toString() : "<missing>",
                    instant(step.created()).getEpochSecond(),
                    text(step.createdBy()),
                    newest ? names(image) : null,
                    empty ? 0 : image.size(),
                    text(step.comment())));
            newest = false;
        }
        return lines;
    }

    /**
     * Makes an image from a root file system's tar.
     *
     * @param name what it is called, empty for nothing
     * @return the image's id
     */
    public String importRootfs(InputStream tar, String name, List<String> changes, String message) {
        Optional<Reference> reference = name.isEmpty()
                ? Optional.empty()
                : Optional.of(ImageFailures.reference(name).withDefaultTag());
        Image image = ImageFailures.call(
                "cannot import",
                () -> store.importRootfs(
                        tar, reference, changes, message.isEmpty() ? Optional.empty() : Optional.of(message)));
        publish("import", image, name);
        return image.id().toString();
    }

    /**
     * Makes an image of another one and one more layer.
     *
     * @param name what it is called, empty for nothing
     * @return the image's id
     */
    public String commit(String parent, String name, CommitRequest request, ImageStore.LayerWriter layer) {
        Optional<Reference> reference = name.isEmpty()
                ? Optional.empty()
                : Optional.of(ImageFailures.reference(name).withDefaultTag());
        Image image = ImageFailures.call(
                "cannot commit", () -> store.commit(Digest.parse(parent), layer, request, reference));
        if (!name.isEmpty()) {
            publish("tag", image, name);
        }
        return image.id().toString();
    }

    /** Takes in an archive. Returns a line for each name or id that came with it, in docker's words. */
    public List<String> load(InputStream archive) {
        List<LoadedImage> loaded = ImageFailures.call("cannot load", () -> store.load(archive));
        List<String> lines = new ArrayList<>();
        for (LoadedImage one : loaded) {
            publish("load", one.image(), one.image().id().toString());
            if (one.names().isEmpty()) {
                lines.add("Loaded image ID: " + one.image().id());
            }
            one.names().forEach(name -> lines.add("Loaded image: " + name.familiar()));
        }
        return lines;
    }

    /** Writes images as one archive. The names are looked up before the first byte is written. */
    public void save(List<String> namesOrIds, OutputStream out) {
        ImageFailures.call("cannot save", () -> {
            store.save(namesOrIds, out);
            return out;
        });
    }

    /** Gives an image another name. */
    public void tag(String nameOrId, String repository, String tag) {
        Reference name = ImageFailures.reference(tag.isEmpty() ? repository : repository + ":" + tag);
        Image image = resolve(nameOrId);
        ImageFailures.call("cannot tag", () -> {
            store.tag(nameOrId, name);
            return name;
        });
        publish("tag", image, name.familiar());
    }

    /** Takes a name or an image away. */
    public List<ImageDelete> remove(String nameOrId, boolean force) {
        Image image = resolve(nameOrId);
        Removal removal = ImageFailures.call("cannot remove image", () -> store.remove(nameOrId, force, uses));
        List<ImageDelete> items = new ArrayList<>();
        for (Reference name : removal.untagged()) {
            items.add(new ImageDelete(name.familiar(), ""));
            publish("untag", image, name.familiar());
        }
        for (Digest id : removal.deleted()) {
            items.add(new ImageDelete("", id.toString()));
        }
        if (!removal.deleted().isEmpty()) {
            publish("delete", image, image.id().toString());
        }
        return items;
    }

    /** Removes what nothing names and no container uses. */
    public List<ImageDelete> prune(ImageFilter filter) {
        List<ImageDelete> items = new ArrayList<>();
        for (ImageSummary unused : list(filter)) {
            Digest id = Digest.parse(unused.id());
            if (uses.of(id).isEmpty()) {
                items.addAll(remove(unused.id(), true));
            }
        }
        return items;
    }

    /** Bytes of an image's layers; 0 when it is not here any more. */
    public long size(String id) {
        return ImageFailures.call(
                "cannot measure images", () -> store.find(id).map(Image::size).orElse(0L));
    }

    /** Bytes of all layers, each once. */
    public long layersSize() {
        return ImageFailures.call("cannot measure images", store::layersSize);
    }

    /** How many images there are. */
    public int count() {
        return ImageFailures.call("cannot list images", () -> store.list().size());
    }

    private void publish(String action, Image image, String name) {
        events.publish("image", action, image.id().toString(), Map.of("name", name));
    }

    private static ImageSummary summary(Image image) {
        return new ImageSummary(
                image.id().toString(),
                "",
                names(image),
                List.of(),
                image.created().getEpochSecond(),
                image.size(),
                -1,
                0,
                image.config().execution().labels(),
                -1,
                null);
    }

    private static ImageInspect inspect(Image image) {
        var config = image.config();
        ExecutionDefaults run = config.execution();
        return ImageInspect.builder()
                .id(image.id().toString())
                .repoTags(names(image))
                .comment(text(config.comment()))
                .created(image.created())
                .author(text(config.author()))
                .config(new ImageConfig(
                        text(run.user()),
                        nodes(run.exposedPorts()),
                        run.environment() == null ? List.of() : run.environment(),
                        run.command(),
                        null,
                        false,
                        run.volumes() == null ? null : nodes(run.volumes()),
                        text(run.workingDirectory()),
                        run.entrypoint(),
                        null,
                        run.labels() == null ? Map.of() : run.labels(),
                        text(run.stopSignal()),
                        null))
                .architecture(text(config.architecture()))
                .variant(text(config.variant()))
                .os(text(config.operatingSystem()))
                .size(image.size())
                .graphDriver(new GraphDriver("overlay2", null))
                .rootFs(new RootFs(
                        "layers", image.diffIds().stream().map(Digest::toString).toList()))
                .metadata(new ImageMetadata(image.tagged()))
                .build();
    }

    private static Map<String, JsonNode> nodes(@Nullable Map<String, Map<String, Object>> emptyObjects) {
        Map<String, JsonNode> nodes = new LinkedHashMap<>();
        if (emptyObjects != null) {
            emptyObjects.keySet().forEach(key -> nodes.put(key, JsonNodeFactory.instance.objectNode()));
        }
        return nodes;
    }

    private static List<String> names(Image image) {
        return image.repoTags().stream().map(Reference::familiar).toList();
    }

    private static Instant instant(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeParseException e) {
            // an image's history is decoration: a date that nobody can read does not keep it from being shown
            return Instant.EPOCH;
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
