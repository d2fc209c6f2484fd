package dev.ferry.store.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.store.testing.Tars;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TarSourceTest {
    private static final ArchiveLimits SMALL = new ArchiveLimits(1 << 20, 10, 4096, 300, 20);

    @Test
    void readsEntriesOfAnyCompression() throws IOException {
        byte[] plain = Tars.tar().directory("d/").file("d/f", "x").bytes();
        assertThat(names(plain, SMALL)).containsExactly("d", "d/f");
        assertThat(names(Tars.gzip(plain), SMALL)).containsExactly("d", "d/f");
    }

    @Test
    void compressionWithoutAReaderIsNamed() {
        refused(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 0}, "compressed with xz");
        refused(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0}, "compressed with zstd");
    }

    @Test
    void fewBytesThatBecomeManyAreRefused() {
        byte[] bomb = Tars.tar().file("zeros", new byte[20 << 20]).gzipped();
        assertThat(bomb.length).isLessThan(100_000);
        refused(bomb, "more than the 1048576 bytes");
    }

    @Test
    void promisedSizesCountBeforeTheyArrive() {
        refused(Tars.tar().promise("huge", '0', 077777777777L).unfinished(), "more than the 1048576 bytes");
    }

    @Test
    void sparseFilesCountWithTheirHoles() {
        refused(
                Tars.tar()
                        .extended("GNU.sparse.realsize", "9000000000000000000".getBytes(StandardCharsets.US_ASCII))
                        .extended("GNU.sparse.major", "1".getBytes(StandardCharsets.US_ASCII))
                        .file("hole", "x")
                        .bytes(),
                "");
    }

    @Test
    void sparseMapsOfAnySizeAreRefusedBeforeTheyAreRead() {
        byte[] header = concat(
                record("GNU.sparse.major", "1"), record("GNU.sparse.minor", "0"), record("GNU.sparse.realsize", "100"));
        refused(
                Tars.tar()
                        .entry("x", 'x', 0644, "", header)
                        .file("sparse", "900000000\n0\n1\n")
                        .bytes(),
                "too many pieces");
    }

    @Test
    void tooManyEntriesAreRefused() {
        Tars tar = Tars.tar();
        for (int i = 0; i < 11; i++) {
            tar.file("f" + i, "");
        }
        refused(tar.bytes(), "more than the 10 entries");
    }

    @Test
    void extendedHeadersAreNotHeldInMemoryBeyondTheirLimit() {
        for (char type : new char[] {'x', 'g', 'L', 'K'}) {
            refused(Tars.tar().promise("h", type, 1L << 32).unfinished(), "extended header of 4294967296 bytes");
        }
    }

    @Test
    void longAndDeepNamesAreRefused() {
        refused(
                Tars.tar()
                        .extended("path", "n".repeat(301).getBytes(StandardCharsets.UTF_8))
                        .file("f", "")
                        .bytes(),
                "more than 300 bytes");
        refused(Tars.tar().file("d/".repeat(21) + "f", "").bytes(), "more than 20 directories deep");
    }

    @Test
    void namesThatAreNoTextAreRefused() {
        refused(
                Tars.tar()
                        .extended("path", new byte[] {'a', (byte) 0xff})
                        .file("f", "")
                        .bytes(),
                "not UTF-8");
    }

    @Test
    void everyTarCutShortIsRefusedOrEndsAtAnEntry() throws IOException {
        byte[] whole = Tars.tar().file("a", "x".repeat(600)).file("b", "y").unfinished();
        for (int length = 1; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (length % 512 != 0) {
                refused(cut, "");
            }
        }
        assertThat(names(whole, SMALL)).containsExactly("a", "b");
    }

    @Test
    void noiseNeverEndsInAnythingButRefusal() {
        Random random = new Random(42);
        byte[] good = Tars.tar()
                .extended("SCHILY.xattr.user.a", new byte[] {1, 2})
                .file("a", "x".repeat(600))
                .symlink("l", "a")
                .hardlink("h", "a")
                .bytes();
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                names(bad, SMALL);
            } catch (ArchiveRefused e) {
                refused++;
            } catch (IOException e) {
                assertThat(e).as("damage number " + i).isInstanceOf(ArchiveRefused.class);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void attributesKeepTheirBytes() throws IOException {
        byte[] value = {0, (byte) 0xff, (byte) 0x80, '\n', '='};
        try (TarSource tar = open(Tars.tar()
                .extended("SCHILY.xattr.user.raw", value)
                .file("f", "")
                .file("g", "")
                .bytes())) {
            assertThat(tar.next().orElseThrow().attributes().get("user.raw")).isEqualTo(value);
            assertThat(tar.next().orElseThrow().attributes()).isEmpty();
        }
    }

    private static void refused(byte[] tar, String message) {
        assertThatExceptionOfType(ArchiveRefused.class)
                .isThrownBy(() -> names(tar, SMALL))
                .withMessageContaining(message);
    }

    private static List<String> names(byte[] bytes, ArchiveLimits limits) throws IOException {
        List<String> names = new ArrayList<>();
        try (TarSource tar = TarSource.openCompressed(new ByteArrayInputStream(bytes), limits)) {
            for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) {
                names.add(item.get().path().toString());
                tar.content().readAllBytes();
            }
        }
        return names;
    }

    private static TarSource open(byte[] bytes) throws IOException {
        return TarSource.openCompressed(new ByteArrayInputStream(bytes), SMALL);
    }

    private static byte[] record(String key, String value) {
        int rest = key.length() + value.length() + 3;
        return (rest + 2 + " " + key + "=" + value + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        var out = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
