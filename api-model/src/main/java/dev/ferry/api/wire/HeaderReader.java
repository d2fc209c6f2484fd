package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Reads the lines of an HTTP header. Lines are limited to 64 KiB and a header to 256 fields. */
final class HeaderReader {
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int MOST_FIELDS = 256;

    private HeaderReader() {}

    /** One line without its end. */
    static String line(InputStream in) throws IOException {
        byte[] buffer = new byte[128];
        int used = 0;
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new ProtocolViolation(
                        used == 0
                                ? "the connection ended before an answer"
                                : "the connection ended inside a header line");
            }
            if (b == '\n') {
                int end = used > 0 && buffer[used - 1] == '\r' ? used - 1 : used;
                return new String(buffer, 0, end, StandardCharsets.ISO_8859_1);
            }
            if (used == LONGEST_LINE) {
                throw new ProtocolViolation("a header line is longer than " + LONGEST_LINE + " bytes");
            }
            if (used == buffer.length) {
                buffer = java.util.Arrays.copyOf(buffer, used * 2);
            }
            buffer[used++] = (byte) b;
        }
    }

    /** Fields up to and including the empty line. */
    static Headers fields(InputStream in) throws IOException {
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i <= MOST_FIELDS; i++) {
            String line = line(in);
            if (line.isEmpty()) {
                return new Headers(fields);
            }
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new ProtocolViolation("header line '" + line + "' has no name");
            }
            fields.merge(line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        throw new ProtocolViolation("a header has more than " + MOST_FIELDS + " fields");
    }
}
