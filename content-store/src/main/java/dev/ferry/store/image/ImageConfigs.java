package dev.ferry.store.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.store.content.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the configurations of images that are made here. */
final class ImageConfigs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ImageConfigs() {}

    /** The configuration of an image with one layer; its digest is the image's id. */
    static byte[] ofRootfs(Digest diffId, ExecutionDefaults execution, String comment, Instant now) throws IOException {
        Platform platform = Platform.ofHost();
        return JSON.writeValueAsBytes(new ImageConfig(
                platform.architecture(),
                null,
                null,
                comment,
                execution,
                now.toString(),
                List.of(new ImageConfig.History(now.toString(), null, null, comment, null)),
                platform.operatingSystem(),
                null,
                new ImageConfig.Layers("layers", List.of(diffId))));
    }

    /** The configuration of an image that has one more layer than another, or none more. */
    static byte[] ofCommit(
            ImageConfig base, Optional<Digest> layer, ExecutionDefaults execution, CommitRequest request, Instant now)
            throws IOException {
        List<Digest> layers = new ArrayList<>(base.diffIds());
        layer.ifPresent(layers::add);
        List<ImageConfig.History> history = new ArrayList<>(base.steps());
        history.add(new ImageConfig.History(
                now.toString(),
                request.createdBy(),
                orNull(request.author()),
                orNull(request.comment()),
                layer.isEmpty() ? Boolean.TRUE : null));
        return JSON.writeValueAsBytes(new ImageConfig(
                base.architecture(),
                base.variant(),
                orNull(request.author()),
                orNull(request.comment()),
                execution,
                now.toString(),
                history,
                base.operatingSystem(),
                base.operatingSystemVersion(),
                new ImageConfig.Layers("layers", layers)));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
