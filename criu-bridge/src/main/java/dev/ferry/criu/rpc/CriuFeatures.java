package dev.ferry.criu.rpc;

/**
 * What CRIU says that it and the kernel can do (criu_features of rpc.proto).
 *
 * @param memoryTracking written pages can be tracked (soft-dirty): needed by CRIU's own pre-dump
 * @param lazyPages userfaultfd restores; says nothing of fs.pipe-max-size, which can still make them fail
 * @param pidfdStore pid reuse can be detected between pre-dumps
 */
public record CriuFeatures(boolean memoryTracking, boolean lazyPages, boolean pidfdStore) {
    static CriuFeatures read(WireReader reader) throws dev.ferry.criu.ProtocolBroken {
        boolean tracking = false;
        boolean lazy = false;
        boolean store = false;
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> tracking = reader.flag();
                case 2 -> lazy = reader.flag();
                case 3 -> store = reader.flag();
                default -> {
                    // a feature of a newer release
                }
            }
        }
        return new CriuFeatures(tracking, lazy, store);
    }
}
