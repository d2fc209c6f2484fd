package dev.ferry.store.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.store.content.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

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
}
