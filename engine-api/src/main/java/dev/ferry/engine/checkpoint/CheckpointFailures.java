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

/** What the bridge says, in the kinds that clients know; cause, object and remedy stay in the text. */
final class CheckpointFailures {
    private CheckpointFailures() {}

    static EngineException of(CriuException failure) {
        String text = failure.getMessage() + "; " + failure.remedy();
        return switch (failure) {
            case CriuMissing e -> new Unsupported(e.code(), text, e);
            case CheckpointIncompatible e -> new Conflict(e.code(), text, e);
            case CheckpointDamaged e -> new Conflict(e.code(), text, e);
            case CriuRefused e -> new Failed(e.code(), text, e);
            case CriuCrashed e -> new Failed(e.code(), text, e);
            case CheckpointAborted e -> new Failed(e.code(), text, e);
            case ProtocolBroken e -> new Failed(e.code(), text, e);
        };
    }
}
