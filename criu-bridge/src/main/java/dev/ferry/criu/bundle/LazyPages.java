package dev.ferry.criu.bundle;

import dev.ferry.criu.rpc.CriuVersion;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.SyscallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a dump needs whose pages stay until they are fetched. */
final class LazyPages {
    /** How long pages may be on their way: nobody knows how many there are and how fast they are fetched. */
    static final Duration PATIENCE = Duration.ofHours(1);

    /** CRIU keeps pages in pipes of that size, 4 MiB. */
    private static final long PIPE = 4L << 20;

    static final String LOOPBACK = "127.0.0.1";

    private static final Pattern LISTENING = Pattern.compile("Using (\\d{1,5}) port");
    private static final Pattern VERSION = Pattern.compile("Version: ([0-9]+(?:\\.[0-9]+){1,2})");

    private static final int CAP_SYS_RESOURCE = 24;

    private LazyPages() {}

    /**
     * Sees to it that CRIU can make its pipes. Whoever has CAP_SYS_RESOURCE can; for everybody else the limit is raised, and it stays so,
     * since another call may depend on it by then. pipe(7)
     *
     * @param proc /proc
     */
    static void requireRoom(Path proc) throws RuntimeRefused, IOException {
        Path limit = proc.resolve("sys/fs/pipe-max-size");
        if (hasResource(proc) || Long.parseLong(Files.readString(limit).strip()) >= PIPE) {
            return;
        }
        try {
            Files.writeString(limit, Long.toString(PIPE));
        } catch (IOException e) {
            throw new RuntimeRefused(
                    "--lazy-pages needs pipes of %d bytes, and fs.pipe-max-size cannot be set: %s; set it with sysctl"
                            .formatted(PIPE, e.getMessage()),
                    e);
        }
    }

    private static boolean hasResource(Path proc) throws IOException {
        return Files.readAllLines(proc.resolve("self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> line.substring("CapEff:".length()).strip())
                .anyMatch(set -> (Long.parseUnsignedLong(set, 16) >>> CAP_SYS_RESOURCE & 1) == 1);
    }

    static Path configuration(Path work) {
        return work.resolve("lazy-pages.conf");
    }

    /**
     * Has CRIU listen on loopback: with {@code lazy_pages} a request's address counts for nothing, and CRIU listens everywhere. A file of
     * options counts more than the request.
     *
     * @param wanted what is to be heeded besides
     */
    static Path listenLocally(Path work, Optional<String> wanted) throws IOException {
        String text = wanted.isPresent() ? Files.readString(Path.of(wanted.get())) + "\n" : "";
        return Files.writeString(configuration(work), text + "address " + LOOPBACK + "\n");
    }

    /** Where it listens, by what its log says. */
    static int port(Path log) throws IOException {
        return Integer.parseInt(said(log, LISTENING, "at which port criu serves pages"));
    }

    /** Which CRIU it is, by what its log says. */
    static CriuVersion version(Path log) throws IOException {
        return CriuVersion.parse(said(log, VERSION, "which version of criu it is"));
    }

    private static String said(Path log, Pattern wanted, String what) throws IOException {
        Matcher matcher = wanted.matcher(new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1));
        if (!matcher.find()) {
            throw new IOException("the log \"%s\" does not say %s".formatted(log, what));
        }
        return matcher.group(1);
    }

    /** Says that pages are served, and that there is nothing more to say. The descriptor is the caller's, as the flag has named it. */
    static void tell(int descriptor) {
        try (Fd status = Fd.adopt(descriptor)) {
            OpenFiles.writeFully(status, new byte[] {0});
        } catch (SyscallException nobodyListens) {
            // runc has it so, too: pages are served all the same
        }
    }
}
