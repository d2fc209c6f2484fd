package dev.ferry.engine.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record in one file: {@code {"format":"container","version":1,"crc32c":…,"record":{…}}}.
 *
 * <p>Writing is atomic: temporary file beside it, flush, rename (rename(2), fsync(2)). {@link #write} also flushes the directory and is
 * durable when it returns; {@link #replace} leaves that to the file system, which does it within seconds. The
 * checksum covers the record's text, so that a flipped byte is seen as well as a cut one.
 *
 * <p>Not synchronised: one writer at a time per file, which the owner's lane ensures.
 *
 * @param <T> the record's type
 */
public final class StateFile<T> {

    private static final JsonMapper MAPPER = mapper();

    private final Path file;
    private final String format;
    private final int version;
    private final Class<T> type;

    /**
     * A file that need not exist yet.
     *
     * @param format a word that says what kind of record it is
     * @param version the newest version of the format that this Ferry reads and writes, at least 1
     */
    public StateFile(Path file, String format, int version, Class<T> type) {
        this.file = file;
        this.format = format;
        this.version = version;
        this.type = type;
    }

    /** Where the record lives. */
    public Path path() {
        return file;
    }

    /**
     * Replaces the record. After return it survives a power failure.
     *
     * @throws IOException with the old record still in place
     */
    public void write(T record) throws IOException {
        replace(record);
        flushDirectory(directory());
    }

    /**
     * Replaces the record. After a power failure there is the old record or this one, whole; after the end of this process, this one.
     *
     * @throws IOException with the old record still in place
     */
    public void replace(T record) throws IOException {
        put(record, true);
    }

    /**
     * Replaces the record for as long as the host runs: nothing is flushed, and a power failure may tear it. For what nobody needs after
     * that.
     *
     * @throws IOException with the old record still in place
     */
    public void keep(T record) throws IOException {
        put(record, false);
    }

    private void put(T record, boolean flushed) throws IOException {
        ObjectNode envelope = MAPPER.createObjectNode();
        JsonNode tree = MAPPER.valueToTree(record);
        envelope.put("format", format);
        envelope.put("version", version);
        envelope.put("crc32c", checksum(tree));
        envelope.set("record", tree);
        byte[] bytes = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(envelope);
        Path directory = directory();
        Path temporary = directory.resolve(file.getFileName() + ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                if (flushed) {
                    channel.force(true);
                }
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /**
     * The record, if there is one.
     *
     * @throws StateUnreadable if the file is torn or newer; it is left untouched
     */
    public Optional<T> read() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
        JsonNode envelope;
        try {
            envelope = MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw torn("it is no JSON", e);
        }
        if (envelope == null
                || !envelope.isObject()
                || !envelope.path("format").asText().equals(format)) {
            throw torn("it holds no \"" + format + "\" record", null);
        }
        int found = envelope.path("version").asInt(0);
        if (found > version) {
            throw new StateUnreadable(
                    file,
                    StateUnreadable.Kind.NEWER,
                    "state file \"" + file + "\" has format version " + found + ", this Ferry knows up to " + version
                            + ": start the newer Ferry again, or move the file away",
                    null);
        }
        JsonNode tree = envelope.path("record");
        if (found < 1 || !tree.isObject() || envelope.path("crc32c").asLong(-1) != checksum(tree)) {
            throw torn("its checksum does not match", null);
        }
        try {
            return Optional.of(MAPPER.treeToValue(tree, type));
        } catch (JsonProcessingException e) {
            throw torn("its record does not fit: " + e.getOriginalMessage(), e);
        }
    }

    /** Flushes a directory, so that names made or removed in it survive a power failure. fsync(2) */
    public static void flushDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private StateUnreadable torn(String why, @Nullable Throwable cause) {
        return new StateUnreadable(
                file,
                StateUnreadable.Kind.TORN,
                "state file \"" + file + "\" is damaged: " + why + "; restore it from a copy, or remove the object",
                cause);
    }

    private Path directory() {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("a state file lies in a directory: " + file);
        }
        return parent;
    }

    private static long checksum(JsonNode tree) {
        CRC32C crc = new CRC32C();
        crc.update(tree.toString().getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    private static JsonMapper mapper() {
        SimpleModule times = new SimpleModule("times");
        times.addSerializer(Instant.class, ToStringSerializer.instance);
        times.addDeserializer(Instant.class, new InstantText());
        return JsonMapper.builder()
                .addModule(new Jdk8Module())
                .addModule(times)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /** ISO 8601 text, as {@link Instant#toString()} writes it. */
    private static final class InstantText extends FromStringDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantText() {
            super(Instant.class);
        }

        @Override
        protected Instant _deserialize(String value, DeserializationContext context) {
            return Instant.parse(value);
        }
    }
}
