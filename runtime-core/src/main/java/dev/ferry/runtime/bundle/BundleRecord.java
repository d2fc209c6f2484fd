package dev.ferry.runtime.bundle;

import dev.ferry.runtime.json.JsonObject;
import dev.ferry.runtime.json.JsonRefused;
import dev.ferry.runtime.json.JsonText;
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
        Files.write(temporary, json());
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
            BundleRecord record = JsonObject.read(Files.readAllBytes(file), BundleRecord::of);
            if (record.version > VERSION) {
                throw new IOException(
                        "\"%s\" was written by a newer runtime (version %d, this one knows %d): use that one"
                                .formatted(file, record.version, VERSION));
            }
            return Optional.of(record);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonRefused e) {
            throw new IOException("\"%s\" cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private byte[] json() {
        var text = new JsonText()
                .number("version", version)
                .text("id", id)
                .text("bundle", bundle)
                .text("rootfs", rootfs)
                .text("cgroup", cgroup)
                .text("unit", unit)
                .text("created", created)
                .text("owner", owner)
                .texts("descriptors", descriptors);
        if (init != null) {
            text.object(
                    "init",
                    new JsonText()
                            .number("pid", init.pid())
                            .number("startTicks", init.startTicks())
                            .text("bootId", init.bootId()));
        }
        return text.bytes();
    }

    private static BundleRecord of(JsonObject from) throws JsonRefused {
        return new BundleRecord(
                from.integerOrZero("version"),
                present("id", from.text("id")),
                present("bundle", from.text("bundle")),
                present("rootfs", from.text("rootfs")),
                from.object("init", BundleRecord::process),
                present("cgroup", from.text("cgroup")),
                from.text("unit"),
                present("created", from.text("created")),
                Optional.ofNullable(from.text("owner")).orElse(""),
                from.texts("descriptors"));
    }

    private static ProcessId process(JsonObject from) throws JsonRefused {
        return new ProcessId(
                from.integerOrZero("pid"), from.numberOrZero("startTicks"), present("bootId", from.text("bootId")));
    }

    private static String present(String name, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }
        return value;
    }
}
