package dev.ferry.engine.checkpoint;

import dev.ferry.criu.CheckpointAborted;
import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CheckpointIncompatible;
import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.CriuMissing;
import dev.ferry.criu.CriuRefused;
import dev.ferry.criu.ProtocolBroken;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.Unsupported;

/** What CRIU and its bridge say, as the caller may know it: cause, object and remedy in one sentence. */
final class CriuFailures {

    private CriuFailures() {}

    /**
     * The error for the caller.
     *
     * @param what {@code cannot checkpoint container x}
     */
    static EngineException of(String what, CriuException e) {
        String text = what + ": " + e.getMessage()
                + (e.remedy().isEmpty() || String.valueOf(e.getMessage()).contains(e.remedy())
                        ? ""
                        : "; " + e.remedy());
        return switch (e) {
            case CriuMissing missing -> new Unsupported(missing.code(), text, missing);
            case CriuRefused refused -> new Unsupported(refused.code(), text, refused);
            case CheckpointIncompatible incompatible -> new Conflict(incompatible.code(), text, incompatible);
            case CheckpointDamaged damaged -> new Conflict(damaged.code(), text, damaged);
            case CheckpointAborted aborted -> new Failed(aborted.code(), text, aborted);
            case CriuCrashed crashed -> new Failed(crashed.code(), text, crashed);
            case ProtocolBroken broken -> new Failed(broken.code(), text, broken);
        };
    }
}
