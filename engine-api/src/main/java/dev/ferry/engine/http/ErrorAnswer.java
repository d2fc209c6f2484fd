package dev.ferry.engine.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.Forbidden;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotAuthorized;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.NotModified;
import dev.ferry.engine.error.Unavailable;
import dev.ferry.engine.error.Unsupported;

/** What an error looks like on the wire: one status per kind, and docker's {@code {"message": …}}. */
public final class ErrorAnswer {

    private ErrorAnswer() {}

    /** The HTTP status of a kind of error. No default on purpose: a new kind needs a status before it compiles. */
    public static int status(EngineException e) {
        return switch (e) {
            case InvalidRequest refused -> 400;
            case NotAuthorized refused -> 401;
            case Forbidden refused -> 403;
            case NotFound refused -> 404;
            case Conflict refused -> 409;
            case NotModified refused -> 304;
            case Unsupported refused -> 501;
            case Unavailable refused -> 503;
            case Failed refused -> 500;
        };
    }

    /** The JSON body for a message. */
    public static String body(String message) {
        return JsonNodeFactory.instance.objectNode().put("message", message).toString();
    }
}
