package dev.ferry.criu.rpc;

import dev.ferry.criu.ProtocolBroken;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What CRIU says (criu_resp of rpc.proto).
 *
 * @param type the kind of the request that is answered, or {@link #NOTIFY}
 * @param success whether it worked; meaningless for a notification
 * @param restoredPid the restored init in our pid namespace
 * @param notification the question, when type is NOTIFY
 * @param errno a hint at the cause of a failure
 * @param message the first error line of CRIU's log: often a harmless one
 */
record Response(
        int type,
        boolean success,
        OptionalInt restoredPid,
        Optional<Notification> notification,
        OptionalInt errno,
        Optional<CriuFeatures> features,
        Optional<String> message,
        Optional<CriuVersion> version) {
    static final int DUMP = 1;
    static final int RESTORE = 2;
    static final int NOTIFY = 6;
    static final int FEATURE_CHECK = 9;
    static final int VERSION = 10;
    static final int SINGLE_PRE_DUMP = 13;

    static Response decode(byte[] bytes) throws ProtocolBroken {
        int type = -1;
        boolean success = false;
        OptionalInt restoredPid = OptionalInt.empty();
        Optional<Notification> notification = Optional.empty();
        OptionalInt errno = OptionalInt.empty();
        Optional<CriuFeatures> features = Optional.empty();
        Optional<String> message = Optional.empty();
        Optional<CriuVersion> version = Optional.empty();
        WireReader reader = new WireReader(bytes);
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> type = (int) reader.number();
                case 2 -> success = reader.flag();
                case 4 -> restoredPid = onlyNumber(reader.message());
                case 5 -> notification = Optional.of(Notification.read(reader.message()));
                case 7 -> errno = OptionalInt.of((int) reader.number());
                case 8 -> features = Optional.of(CriuFeatures.read(reader.message()));
                case 9 -> message = Optional.of(reader.text());
                case 10 -> version = Optional.of(readVersion(reader.message()));
                default -> {
                    // a field of a newer release, or one that Ferry does not need
                }
            }
        }
        if (type < 0) {
            throw new ProtocolBroken("a message of " + bytes.length + " bytes without a type");
        }
        if (type == NOTIFY && notification.isEmpty()) {
            throw new ProtocolBroken("a notification without a name");
        }
        return new Response(type, success, restoredPid, notification, errno, features, message, version);
    }

    private static OptionalInt onlyNumber(WireReader reader) throws ProtocolBroken {
        OptionalInt pid = OptionalInt.empty();
        while (reader.next()) {
            if (reader.field() == 1) {
                pid = OptionalInt.of((int) reader.number());
            }
        }
        return pid;
    }

    private static CriuVersion readVersion(WireReader reader) throws ProtocolBroken {
        int major = 0;
        int minor = 0;
        int sublevel = 0;
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> major = (int) reader.number();
                case 2 -> minor = (int) reader.number();
                case 4 -> sublevel = (int) reader.number();
                default -> {
                    // git id, name
                }
            }
        }
        return new CriuVersion(major, minor, sublevel);
    }
}
