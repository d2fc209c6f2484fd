package dev.ferry.runtime.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RootFilesystemTest {
    @Test
    void overlayOptionsNameTheTopmostLayerFirst() {
        var overlay = new RootFilesystem.Overlay(
                List.of(Path.of("/l/2"), Path.of("/l/1")), Path.of("/c/upper"), Path.of("/c/work"));

        assertThat(overlay.options()).isEqualTo("lowerdir=/l/2:/l/1,upperdir=/c/upper,workdir=/c/work");
    }

    @Test
    void separatorsOfOverlayfsAreRefused() {
        assertThatThrownBy(() -> new RootFilesystem.Overlay(
                        List.of(Path.of("/l/a,upperdir=/etc")), Path.of("/c/upper"), Path.of("/c/work")))
                .hasMessageContaining("/l/a,upperdir=/etc");
        assertThatThrownBy(() -> new RootFilesystem.Overlay(
                        List.of(Path.of("/l/a:/etc")), Path.of("/c/upper"), Path.of("/c/work")))
                .hasMessageContaining("separators");
    }

    @Test
    void relativePathsAreRefused() {
        assertThatThrownBy(() -> new RootFilesystem.Bind(Path.of("rootfs"))).hasMessageContaining("rootfs");
    }
}
