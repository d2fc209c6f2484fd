package dev.ferry.criu.rpc;

import dev.ferry.criu.ProtocolBroken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Which memory a dump holds (pagemap.proto), for as much as anybody asks. */
public final class PagemapImages {
    /** Two magic numbers. */
    private static final int HEADER = 8;

    private static final int LAZY = 1 << 1;

    private PagemapImages() {}

    /** How many pages are not in the images of a directory, because they are fetched from the process that had them. */
    public static long lazyPages(Path images) throws ProtocolBroken, IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(images)) {
            files = entries.filter(file -> String.valueOf(file.getFileName()).matches("pagemap-.*\\.img"))
                    .toList();
        }
        long pages = 0;
        for (Path file : files) {
            pages += lazyPages(Files.readAllBytes(file));
        }
        return pages;
    }

    /** Messages with their lengths before them; the first says where the pages are, each other one describes a stretch. */
    static long lazyPages(byte[] image) throws ProtocolBroken {
        ByteBuffer rest = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (image.length < HEADER) {
            throw new ProtocolBroken("a pagemap of " + image.length + " bytes");
        }
        rest.position(HEADER);
        long pages = 0;
        boolean first = true;
        while (rest.remaining() >= Integer.BYTES) {
            int length = rest.getInt();
            if (length < 0 || length > rest.remaining()) {
                throw new ProtocolBroken("a pagemap entry that claims " + length + " bytes of " + rest.remaining());
            }
            byte[] message = new byte[length];
            rest.get(message);
            if (!first) {
                pages += lazyPages(new WireReader(message));
            }
            first = false;
        }
        return pages;
    }

    private static long lazyPages(WireReader entry) throws ProtocolBroken {
        long pages = 0;
        long flags = 0;
        while (entry.next()) {
            switch (entry.field()) {
                // the second where the first is too small
                case 2, 5 -> pages = Math.max(pages, entry.number());
                case 4 -> flags = entry.number();
                default -> {
                    // where it lies, and whether an earlier dump has it
                }
            }
        }
        return (flags & LAZY) == 0 ? 0 : pages;
    }
}
