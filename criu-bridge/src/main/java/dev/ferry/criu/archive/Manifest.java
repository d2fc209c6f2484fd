package dev.ferry.criu.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CheckpointIncompatible;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The contents of {@code manifest.json}: everything that a restore needs to know beside CRIU's images.
 *
 * @param version format of the checkpoint; a newer one than {@link #VERSION} is refused
 * @param created moment of the commit, ISO 8601
 * @param containerId the container it was taken of
 * @param host facts of the host it was taken on
 * @param dump how CRIU was told to save it, which the restore must repeat
 * @param files every other file of the checkpoint
 */
public record Manifest(
        int version, String created, String containerId, HostFacts host, DumpFacts dump, List<FileRecord> files) {
    /** The format that this release writes. */
    public static final int VERSION = 1;

    private static final String SELF = "\"self\" : \"sha256:";
    private static final String BLANK = "0".repeat(64);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    public Manifest {
        files = List.copyOf(files);
    }

    /**
     * What of the dump the restore must know.
     *
     * @param stdio descriptor number to what the container had there, as /proc shows it: {@code pipe:[4711]}
     * @param terminal whether the container has a terminal
     * @param externalNetwork whether the network namespace is kept outside the dump
     * @param mounts destination in the container to the key under which the bind mount is known to CRIU
     * @param tcpEstablished whether established connections were saved
     */
    public record DumpFacts(
            Map<Integer, String> stdio,
            boolean terminal,
            boolean externalNetwork,
            Map<String, String> mounts,
            boolean tcpEstablished) {
        public DumpFacts {
            stdio = Map.copyOf(stdio);
            mounts = Map.copyOf(mounts);
        }
    }

    /** The bytes of the file; they contain a digest of themselves. */
    byte[] toBytes() {
        try {
            String body = JSON.writeValueAsString(this);
            int brace = body.indexOf('{') + 1;
            String blank = body.substring(0, brace) + "\n  " + SELF + BLANK + "\"," + body.substring(brace) + "\n";
            return blank.replace(SELF + BLANK, SELF + digest(blank)).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a record of plain values cannot fail to become JSON", e);
        }
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @param directory named in errors
     * @throws CheckpointDamaged if a byte differs
     * @throws CheckpointIncompatible if a newer release of Ferry has written it
     */
    static Manifest parse(Path directory, byte[] bytes) throws CheckpointDamaged, CheckpointIncompatible {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int self = text.indexOf(SELF);
        if (self < 0 || text.length() < self + SELF.length() + BLANK.length()) {
            throw damaged(directory, "has no digest of itself");
        }
        int start = self + SELF.length();
        String recorded = text.substring(start, start + BLANK.length());
        String blank = text.substring(0, start) + BLANK + text.substring(start + BLANK.length());
        if (!recorded.equals(digest(blank))) {
            throw damaged(directory, "has other bytes than were written");
        }
        try {
            JsonNode tree = JSON.readTree(text);
            int version = tree.path("version").asInt();
            if (version > VERSION) {
                throw new CheckpointIncompatible(
                        "manifest version",
                        Integer.toString(version),
                        Integer.toString(VERSION),
                        "restore it with the release of Ferry that made it, or a newer one");
            }
            return JSON.treeToValue(tree, Manifest.class);
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(directory, "cannot be read: " + e.getMessage());
        }
    }

    private static CheckpointDamaged damaged(Path directory, String what) {
        return new CheckpointDamaged(directory, CheckpointDirectory.MANIFEST, what);
    }

    private static String digest(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Sum of the sizes of all files, in bytes. */
    public long totalSize() {
        return files.stream().mapToLong(FileRecord::size).sum();
    }
}
