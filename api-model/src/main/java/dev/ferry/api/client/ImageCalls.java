package dev.ferry.api.client;

import com.fasterxml.jackson.databind.MappingIterator;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.image.ImageDelete;
import dev.ferry.api.model.image.ImageHistory;
import dev.ferry.api.model.image.ImageInspect;
import dev.ferry.api.model.image.ImageProgress;
import dev.ferry.api.model.image.ImageSummary;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The calls about images. An image is named by a reference, its id, or the start of its id. */
public final class ImageCalls {
    private final EngineClient engine;

    ImageCalls(EngineClient engine) {
        this.engine = engine;
    }

    public List<ImageSummary> list(boolean all) throws IOException {
        return List.of(
                engine.ask(ImageSummary[].class, Query.path("images", "json").with("all", all)));
    }

    public ImageInspect inspect(String image) throws IOException {
        return engine.ask(ImageInspect.class, Query.image(image, "/json"));
    }

    public List<ImageHistory> history(String image) throws IOException {
        return List.of(engine.ask(ImageHistory[].class, Query.image(image, "/history")));
    }

    public List<ImageDelete> remove(String image, boolean force) throws IOException {
        return List.of(engine.ask(
                ImageDelete[].class, "DELETE", Query.image(image, "").with("force", force), new Request.Empty()));
    }

    /** What an import is called and told beside the files. */
    public record ImportOptions(String repository, String tag, String message, List<String> changes) {}

    /**
     * Makes an image of one layer from a tar of a root file system.
     *
     * @param progress gets each line as it comes; the last status line is the image's id
     * @throws EngineRefused also for an error in the middle of the stream
     */
    public void importRootfs(ImportOptions options, Request.Source tar, Consumer<ImageProgress> progress)
            throws IOException {
        Query query = Query.path("images", "create")
                .with("fromSrc", "-")
                .with("repo", options.repository())
                .with("tag", options.tag())
                .with("message", options.message());
        for (String change : options.changes()) {
            query.with("changes", change);
        }
        follow(query, tar, progress);
    }

    /** Loads a saved archive, of {@code docker save} or an OCI layout. */
    public void load(Request.Source archive, Consumer<ImageProgress> progress) throws IOException {
        follow(Query.path("images", "load"), archive, progress);
    }

    private void follow(Query query, Request.Source body, Consumer<ImageProgress> progress) throws IOException {
        try (Response response = engine.call("POST", query, new Request.Streamed(body));
                MappingIterator<ImageProgress> lines =
                        ApiJson.mapper().readerFor(ImageProgress.class).readValues(response.body())) {
            while (lines.hasNextValue()) {
                ImageProgress line = lines.nextValue();
                if (!line.error().isEmpty()) {
                    throw new EngineRefused(500, line.error());
                }
                progress.accept(line);
            }
        }
    }
}
