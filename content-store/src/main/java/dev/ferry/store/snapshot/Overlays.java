package dev.ferry.store.snapshot;

import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.SyscallException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** How overlayfs writes deletions into a layer (kernel documentation, filesystems/overlayfs.rst). */
final class Overlays {
    /** Its value {@code y} on a directory hides everything of that name in lower layers. */
    static final String OPAQUE = "trusted.overlay.opaque";

    private static final byte[] YES = {'y'};

    private Overlays() {}

    static void whiteOut(Path path) throws SyscallException {
        FileNodes.make(path, FileNodes.S_IFCHR, 0, 0);
    }

    static void makeOpaque(Path directory) throws SyscallException {
        ExtendedAttributes.set(directory, OPAQUE, YES);
    }

    static boolean isOpaque(Path directory) throws SyscallException {
        return isOpaque(ExtendedAttributes.all(directory));
    }

    static boolean isOpaque(Map<String, byte[]> attributes) {
        return Arrays.equals(attributes.get(OPAQUE), YES);
    }

    /**
     * The file system's own attributes: origins, redirects, metadata-only copies. They are meaningless elsewhere, and from a
     * stranger they would make the kernel show files of the stranger's choice.
     */
    static boolean isInternal(String attribute) {
        return attribute.startsWith("trusted.overlay.") || attribute.startsWith("user.overlay.");
    }
}
