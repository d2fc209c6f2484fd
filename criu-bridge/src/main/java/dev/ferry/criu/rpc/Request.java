package dev.ferry.criu.rpc;

/** What is said to CRIU (criu_req of rpc.proto). */
sealed interface Request {
    record Dump(CriuOptions options) implements Request {}

    /** Memory only; the tree runs on. */
    record PreDump(CriuOptions options) implements Request {}

    record Restore(CriuOptions options) implements Request {}

    /** The answer to a notification. */
    record NotifyAnswer(boolean goOn) implements Request {}

    /** Asks which of the features CRIU knows work here; features that are not asked for are not answered. */
    record FeatureCheck() implements Request {}

    record Version() implements Request {}

    /** The bytes of the message. */
    default byte[] encode() {
        return switch (this) {
            case Dump dump ->
                typed(Response.DUMP).message(2, dump.options().write()).toByteArray();
            case PreDump dump ->
                typed(Response.SINGLE_PRE_DUMP)
                        .message(2, dump.options().write())
                        .toByteArray();
            case Restore restore ->
                typed(Response.RESTORE).message(2, restore.options().write()).toByteArray();
            case NotifyAnswer answer ->
                typed(Response.NOTIFY).flag(3, answer.goOn()).toByteArray();
            case FeatureCheck check ->
                typed(Response.FEATURE_CHECK)
                        .flag(4, true)
                        .message(5, new WireWriter().flag(1, true).flag(2, true).flag(3, true))
                        .toByteArray();
            case Version version -> typed(Response.VERSION).flag(4, true).toByteArray();
        };
    }

    private static WireWriter typed(int type) {
        return new WireWriter().number(1, type);
    }
}
