package dev.ferry.runtime.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
    private static final String TABLE = """
            22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
            23 22 0:5 / /dev rw,nosuid shared:2 master:3 - devtmpfs devtmpfs rw,size=4k
            36 22 0:30 /sub /mnt/with\\040space\\011tab rw - tmpfs none rw
            37 22 0:31 / /mnt/back\\134slash ro,nodev unbindable - overlay overlay rw,lowerdir=/a:/b
            38 22 0:32 / /mnt rw - tmpfs first rw
            39 38 0:33 / /mnt rw - tmpfs second rw
            """;

    @Test
    void readsEveryField() throws Exception {
        MountTable.Entry entry = MountTable.parse(TABLE).entries().get(1);

        assertThat(entry.id()).isEqualTo(23);
        assertThat(entry.parent()).isEqualTo(22);
        assertThat(entry.minor()).isEqualTo(5);
        assertThat(entry.options()).containsExactly("rw", "nosuid");
        assertThat(entry.tags()).containsExactly("shared:2", "master:3");
        assertThat(entry.isShared()).isTrue();
        assertThat(entry.type()).isEqualTo("devtmpfs");
        assertThat(entry.superOptions()).containsExactly("rw", "size=4k");
    }

    @Test
    void undoesTheKernelsEscapes() throws Exception {
        MountTable table = MountTable.parse(TABLE);

        assertThat(table.entries().get(2).mountPoint()).isEqualTo(Path.of("/mnt/with space\ttab"));
        assertThat(table.entries().get(2).showsPart()).isTrue();
        assertThat(table.entries().get(3).mountPoint()).isEqualTo(Path.of("/mnt/back\\slash"));
    }

    @Test
    void namesOfManyBytesSurvive() throws Exception {
        String latin1 = new String(
                "9 1 0:1 / /mnt/gr\u00fc\u00dfe rw - tmpfs none rw\n".getBytes(StandardCharsets.UTF_8),
                StandardCharsets.ISO_8859_1);

        assertThat(MountTable.unescape(new String(
                        "/mnt/gr\u00fc\u00dfe".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)))
                .isEqualTo("/mnt/gr\u00fc\u00dfe");
        assertThat(MountTable.parse(latin1).entries()).hasSize(1);
    }

    @Test
    void theLaterOfTwoMountsAtOnePlaceCounts() throws Exception {
        MountTable table = MountTable.parse(TABLE);

        assertThat(table.at(Path.of("/mnt"))).map(MountTable.Entry::source).contains("second");
        assertThat(table.containing(Path.of("/mnt/elsewhere/file")))
                .map(MountTable.Entry::source)
                .contains("second");
        assertThat(table.containing(Path.of("/etc")))
                .map(MountTable.Entry::type)
                .contains("ext4");
        assertThat(table.below(Path.of("/mnt"))).hasSize(4);
    }

    @Test
    void linesOfAnotherFormAreRefused() {
        assertThatThrownBy(() -> MountTable.parse("36 35 98:0 /mnt1 /mnt2 rw,noatime\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/mnt1");
        assertThatThrownBy(() -> MountTable.parse("x 35 98:0 /mnt1 /mnt2 rw - t s o\n"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void readsThisProcesssTable() throws Exception {
        assertThat(MountTable.ofSelf().at(Path.of("/proc")))
                .map(MountTable.Entry::type)
                .contains("proc");
    }
}
