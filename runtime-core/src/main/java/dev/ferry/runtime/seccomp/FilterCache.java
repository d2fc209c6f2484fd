package dev.ferry.runtime.seccomp;

import dev.ferry.runtime.oci.LinuxSeccomp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Compiled programs in a directory, by the digest of what they were made from.
 *
 * <p>It may vanish or be damaged at any time: a file that does not end with the digest of its content counts as absent, and one that
 * cannot be written is done without. A file holds {@code version, flags, unknown names, program, SHA-256 of all that}.
 */
final class FilterCache {
    /** Changes whenever the compiler makes something else of the same description. */
    private static final int VERSION = 1;

    private static final int DIGEST_BYTES = 32;

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

    Optional<SeccompFilter> read(LinuxSeccomp seccomp) {
        try {
            byte[] bytes = Files.readAllBytes(file(seccomp));
            int length = bytes.length - DIGEST_BYTES;
            if (length <= 0
                    || !MessageDigest.isEqual(
                            sha256(Arrays.copyOf(bytes, length)), Arrays.copyOfRange(bytes, length, bytes.length))) {
                return Optional.empty();
            }
            var in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
            if (in.readInt() != VERSION) {
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

    void write(LinuxSeccomp seccomp, SeccompFilter filter) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            out.writeInt(filter.flags());
            out.writeInt(filter.unknownCalls().size());
            for (String name : filter.unknownCalls()) {
                out.writeUTF(name);
            }
            out.write(filter.program());
            out.flush();
            out.write(sha256(bytes.toByteArray()));
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path temporary = Files.createTempFile(directory, "filter", ".new");
            try {
                Files.write(temporary, bytes.toByteArray());
                Files.move(temporary, file(seccomp), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            // the next engine compiles once more; nothing depends on the file
            return;
        }
    }

    Path file(LinuxSeccomp seccomp) {
        byte[] key = (maker + "\n" + description(seccomp)).getBytes(StandardCharsets.UTF_8);
        return directory.resolve(HexFormat.of().formatHex(sha256(key)) + ".bpf");
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

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
