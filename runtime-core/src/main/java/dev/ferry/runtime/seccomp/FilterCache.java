package dev.ferry.runtime.seccomp;

import dev.ferry.runtime.oci.LinuxSeccomp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Compiled programs in a directory, each with all that it was made from: another program is never taken for it.
 *
 * <p>It may vanish or be damaged at any time: a file that does not end with the checksum of its content counts as absent, and one that
 * cannot be written is done without. A file holds {@code version, maker and description, flags, unknown names, program, CRC-32 of all that};
 * its name says roughly of what. A cryptographic digest would protect from nobody, since only the owner may write there, and looking for its
 * provider costs a process that lives for a moment ten milliseconds.
 */
final class FilterCache {
    /** Changes whenever the compiler makes something else of the same description. */
    private static final int VERSION = 2;

    private static final int CHECKSUM_BYTES = Long.BYTES;

    private final Path directory;
    private final String maker;

    /**
     * A cache.
     *
     * @param maker the library's version and the architecture: another one makes another program
     */
    FilterCache(Path directory, String maker) {
        this.directory = directory;
        this.maker = maker;
    }

    /** The program of that description. */
    Optional<SeccompFilter> read(String description) {
        try {
            byte[] bytes = Files.readAllBytes(file(description));
            int length = bytes.length - CHECKSUM_BYTES;
            if (length <= 0 || ByteBuffer.wrap(bytes, length, CHECKSUM_BYTES).getLong() != checksum(bytes, length)) {
                return Optional.empty();
            }
            var in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
            if (in.readInt() != VERSION || !Arrays.equals(in.readNBytes(in.readInt()), key(description))) {
                return Optional.empty();
            }
            int flags = in.readInt();
            var unknown = new ArrayList<String>();
            for (int left = in.readInt(); left > 0; left--) {
                unknown.add(in.readUTF());
            }
            return Optional.of(new SeccompFilter(in.readAllBytes(), flags, unknown));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    void write(String description, SeccompFilter filter) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            byte[] key = key(description);
            out.writeInt(VERSION);
            out.writeInt(key.length);
            out.write(key);
            out.writeInt(filter.flags());
            out.writeInt(filter.unknownCalls().size());
            for (String name : filter.unknownCalls()) {
                out.writeUTF(name);
            }
            out.write(filter.program());
            out.flush();
            out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path temporary = Files.createTempFile(directory, "filter", ".new");
            try {
                Files.write(temporary, bytes.toByteArray());
                Files.move(temporary, file(description), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            // the next engine compiles once more; nothing depends on the file
            return;
        }
    }

    Path file(String description) {
        byte[] key = key(description);
        return directory.resolve(Long.toHexString(checksum(key, key.length)) + "-" + key.length + ".bpf");
    }

    private byte[] key(String description) {
        return (maker + "\n" + description).getBytes(StandardCharsets.UTF_8);
    }

    /** All that goes into a program, so that no two have the same; by hand, since every start of a container with a filter makes one. */
    static String description(LinuxSeccomp seccomp) {
        var text = new StringBuilder();
        text.append(seccomp.defaultAction().name()).append(' ').append(seccomp.defaultErrnoRet());
        for (LinuxSeccomp.Arch arch : seccomp.architectures()) {
            text.append(' ').append(arch.name());
        }
        for (LinuxSeccomp.Flag flag : seccomp.flags()) {
            text.append(" flag ").append(flag.name());
        }
        for (LinuxSeccomp.Rule rule : seccomp.syscalls()) {
            text.append("\nrule ").append(rule.action().name()).append(' ').append(rule.errnoRet());
            for (LinuxSeccomp.Condition each : rule.args()) {
                text.append(" if ")
                        .append(each.index())
                        .append(' ')
                        .append(each.op().name());
                text.append(' ').append(each.value()).append(' ').append(each.valueTwo());
            }
            for (String name : rule.names()) {
                // with its length: a name is whatever the configuration says it is
                text.append(' ').append(name.length()).append(':').append(name);
            }
        }
        return text.toString();
    }

    private static long checksum(byte[] bytes, int length) {
        var sum = new CRC32();
        sum.update(bytes, 0, length);
        return sum.getValue();
    }
}
