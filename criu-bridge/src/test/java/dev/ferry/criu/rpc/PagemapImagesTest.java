package dev.ferry.criu.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.ProtocolBroken;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PagemapImagesTest {
    /** As CRIU 4.1 writes it: a head; 1 page that is there, 5 and 19 that are not. */
    private static final String IMAGE = "19435654 25400856 02000000 0801 0a000000 088080a0800210012004 "
            + "0a000000 08808080f80210052002 0a000000 0880a0a9830110132002";

    @Test
    void pagesToFetchAreCounted() throws Exception {
        assertThat(PagemapImages.lazyPages(bytes(IMAGE))).isEqualTo(24);
    }

    @Test
    void tornOneIsNotCounted() {
        assertThatThrownBy(() -> PagemapImages.lazyPages(bytes(IMAGE.substring(0, IMAGE.length() - 2))))
                .isInstanceOf(ProtocolBroken.class);
        assertThatThrownBy(() -> PagemapImages.lazyPages(new byte[3])).isInstanceOf(ProtocolBroken.class);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
