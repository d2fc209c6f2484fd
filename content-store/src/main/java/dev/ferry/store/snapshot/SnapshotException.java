package dev.ferry.store.snapshot;

import dev.ferry.store.content.Digest;

/** A snapshot cannot be made, found or applied. */
public abstract sealed class SnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    SnapshotException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** A short word for logs and metrics that stays the same over versions. */
    public String code() {
        return code;
    }

    /** No writable layer has this key. */
    public static final class NoSuchSnapshot extends SnapshotException {
        private static final long serialVersionUID = 1L;

        public NoSuchSnapshot(String key) {
            super("snapshot.missing", "no writable layer \"" + key + "\": prepare it first");
        }
    }

    /** The key names a writable layer above other layers than those asked for. */
    public static final class KeyInUse extends SnapshotException {
        private static final long serialVersionUID = 1L;

        public KeyInUse(String key) {
            super("snapshot.key-in-use", "writable layer \"" + key + "\" exists above other layers: remove it first");
        }
    }

    /** A layer's tar cannot be unpacked: it is damaged, leaves its directory, or exceeds the limits. Nothing of it remains. */
    public static final class LayerRefused extends SnapshotException {
        private static final long serialVersionUID = 1L;

        public LayerRefused(Digest layer, Throwable why) {
            super("snapshot.layer-refused", "layer \"" + layer + "\" is refused: " + why.getMessage());
            initCause(why);
        }
    }

    /** A delta cannot be written or applied. */
    public static final class DeltaRefused extends SnapshotException {
        private static final long serialVersionUID = 1L;

        public DeltaRefused(String key, Throwable why) {
            super("snapshot.delta-refused", "changes of \"" + key + "\" are refused: " + why.getMessage());
            initCause(why);
        }
    }

    /** More layers than one mount takes. */
    public static final class TooManyLayers extends SnapshotException {
        private static final long serialVersionUID = 1L;

        public TooManyLayers(int layers, int limit) {
            super(
                    "snapshot.too-many-layers",
                    layers + " layers are more than the " + limit + " one overlay mount takes here: flatten the image");
        }
    }
}
