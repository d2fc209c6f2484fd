package dev.ferry.store.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A small JSON file of state: one object with a {@code version}, replaced as a whole and durably. A file that is torn or of a
 * newer version is refused and left as it is, also by {@link #write}: whoever cannot read it must not replace it.
 *
 * @param <T> the record it holds, as Jackson maps it, without the version
 */
public final class StateFile<T> {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    private static final String VERSION = "version";

    private final Path file;
    private final int version;
    private final Class<T> type;
    private final DurableFiles files;

    public StateFile(Path file, int version, Class<T> type, StepListener steps) {
        this.file = file;
        this.version = version;
        this.type = type;
        this.files = new DurableFiles(steps);
    }

    /**
     * What the file holds; empty when it does not exist.
     *
     * @throws StateDamaged when it is not what it should be
     * @throws StateTooNew when a newer version wrote it
     */
    public Optional<T> read() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            JsonNode tree = JSON.readTree(bytes);
            if (!(tree instanceof ObjectNode object)) {
                throw new StateDamaged(file, "not a JSON object", new IOException(bytes.length + " bytes"));
            }
            JsonNode written = object.remove(VERSION);
            if (written == null || !written.isInt() || written.intValue() < 1) {
                throw new StateDamaged(file, "it has no version", new IOException(bytes.length + " bytes"));
            }
            if (written.intValue() > version) {
                throw new StateTooNew(file, written.intValue(), version);
            }
            return Optional.of(JSON.treeToValue(object, type));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new StateDamaged(file, "not valid JSON of its kind", e);
        }
    }

    /** Replaces the file, durably. */
    public void write(T value) throws IOException {
        read(); // a damaged or newer file stays
        files.replace(file, bytes(value));
    }

    /** The bytes {@link #write} writes. */
    public byte[] bytes(T value) throws IOException {
        ObjectNode object = JSON.createObjectNode();
        object.put(VERSION, version);
        object.setAll((ObjectNode) JSON.valueToTree(value));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(object);
    }
}
