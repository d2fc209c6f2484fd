package dev.ferry.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.runtime.linux.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a container between two calls of the runtime. A call that dies before it has written one leaves a directory without it,
 * which {@code delete --force} clears away.
 *
 * @param version of this file
 * @param bundle absolute
 * @param rootfs absolute
 * @param init null while it is being created
 * @param cgroup its path in every hierarchy
 * @param unit the unit of systemd's that has made it; null where this runtime has
 * @param created when, RFC 3339
 * @param owner whoever created it
 * @param descriptors what its standard descriptors were when it was made, as /proc names them; null while it is being created, and where
 *     an older runtime made it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record BundleRecord(
        int version,
        String id,
        String bundle,
        String rootfs,
        @Nullable ProcessId init,
        String cgroup,
        @Nullable String unit,
        String created,
        String owner,
        @Nullable List<String> descriptors) {
    static final int VERSION = 1;
    private static final String FILE = "container.json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** One that is being created. */
    static BundleRecord fresh(String id, Bundle bundle, CgroupMaker maker) {
        return new BundleRecord(
                VERSION,
                id,
                bundle.directory().toString(),
                bundle.root().toString(),
                null,
                maker.cgroup().path().value(),
                maker.unit(),
                Instant.now().toString(),
                System.getProperty("user.name", ""),
                null);
    }

    /** The same with its first process, as it is now. */
    BundleRecord withInit(ProcessId process) {
        return new BundleRecord(
                version,
                id,
                bundle,
                rootfs,
                process,
                cgroup,
                unit,
                created,
                owner,
                StandardDescriptors.of(process.pid()));
    }

    /** Replaces the file. It says nothing that is true after a restart of the host, so it is not synced. */
    void write(Path directory) throws IOException {
        Path temporary = directory.resolve(FILE + ".new");
        Files.write(temporary, JSON.writeValueAsBytes(this));
        Files.move(
                temporary,
                directory.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Empty when there is none yet. */
    static Optional<BundleRecord> read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        try {
            BundleRecord record = JSON.readValue(Files.readAllBytes(file), BundleRecord.class);
            if (record.version > VERSION) {
                throw new IOException(
                        "\"%s\" was written by a newer runtime (version %d, this one knows %d): use that one"
                                .formatted(file, record.version, VERSION));
            }
            return Optional.of(record);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw new IOException("\"%s\" cannot be read: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }
}
