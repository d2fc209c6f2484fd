package dev.ferry.runtime.oci;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** A good configuration in which every field that we know is set; to be changed. */
final class FullConfig {
    static final JsonMapper PLAIN = new JsonMapper();

    private FullConfig() {}

    static ObjectNode document() {
        try (InputStream in = Objects.requireNonNull(FullConfig.class.getResourceAsStream("full-config.json"))) {
            return (ObjectNode) PLAIN.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
