package dev.ferry.network.bridge;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leases on disk, a file for each container, named after it: so no two containers ever wait for each other, and a torn file is one
 * container's. Written to a temporary file, flushed, renamed, the folder flushed.
 *
 * <p>Not synchronised: one writer at a time for each container, which its lane ensures.
 */
public final class LeaseFiles {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    private final Path directory;

    private LeaseFiles(Path directory) {
        this.directory = directory;
    }

    /** In a directory, made if missing. */
    public static LeaseFiles in(Path directory) throws IOException {
        return new LeaseFiles(Files.createDirectories(directory));
    }

    /**
     * What was found.
     *
     * @param leases that can be read
     * @param damaged files that cannot, with the reason; they are left alone
     */
    public record Found(List<Lease> leases, List<String> damaged) {}

    /** All of them. What a crash left half written is deleted. */
    public Found readAll() throws IOException {
        List<Lease> leases = new ArrayList<>();
        List<String> damaged = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (file.toString().endsWith(NotedFile.TEMPORARY)) {
                    Files.deleteIfExists(file);
                    continue;
                }
                try {
                    read(file).ifPresent(leases::add);
                } catch (IOException | IllegalArgumentException e) {
                    damaged.add("lease \"" + file + "\" cannot be read: " + e.getMessage());
                }
            }
        }
        return new Found(leases, damaged);
    }

    private static Optional<Lease> read(Path file) throws IOException {
        Lease lease;
        try {
            lease = MAPPER.readValue(Files.readAllBytes(file), Lease.class);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lease.version() > Lease.VERSION) {
            throw new IOException("it has version " + lease.version() + ", this Ferry knows " + Lease.VERSION);
        }
        if (!lease.container().equals(String.valueOf(file.getFileName()))) {
            throw new IOException("it is of container \"" + lease.container() + "\"");
        }
        return Optional.of(lease);
    }

    /** Writes one. After return it survives a power failure. */
    public void write(Lease lease) throws IOException {
        NotedFile.replace(directory, lease.container(), MAPPER.writeValueAsBytes(lease));
    }

    /** Deletes a container's; one that is not there is no error. A power failure may bring it back: the next engine deletes it again. */
    public void delete(String container) throws IOException {
        Files.deleteIfExists(directory.resolve(container));
    }
}
