package dev.ferry.network.bridge;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What an engine must know of its bridge after a restart.
 *
 * @param version of this format
 * @param address that was chosen or given
 * @param forwardingSwitchedOn the boot in which we made this host pass packets on that it did not pass on before; empty for none
 */
record BridgeNote(
        @JsonProperty("version") int version,
        @JsonProperty("address") BridgeAddress address,
        @JsonProperty("forwardingSwitchedOn") String forwardingSwitchedOn) {

    private static final String FILE = "bridge.json";
    private static final int VERSION = 1;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    static BridgeNote of(BridgeAddress address) {
        return new BridgeNote(VERSION, address, "");
    }

    BridgeNote withForwardingSwitchedOn(String boot) {
        return new BridgeNote(version, address, boot);
    }

    BridgeNote withAddress(BridgeAddress other) {
        return new BridgeNote(version, other, forwardingSwitchedOn);
    }

    /**
     * The one in a directory; nothing when there is none.
     *
     * @throws IOException also for one that is damaged or newer than this Ferry: it is left alone
     */
    static Optional<BridgeNote> read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        try {
            BridgeNote note = MAPPER.readValue(Files.readAllBytes(file), BridgeNote.class);
            if (note.version > VERSION) {
                throw new IOException("\"" + file + "\" has version " + note.version + ", this Ferry knows " + VERSION
                        + "; use the Ferry that wrote it");
            }
            return Optional.of(note);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Writes it. After return it survives a power failure. */
    void write(Path directory) throws IOException {
        NotedFile.replace(directory, FILE, MAPPER.writeValueAsBytes(this));
    }
}
