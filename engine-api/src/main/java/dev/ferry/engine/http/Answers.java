package dev.ferry.engine.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.engine.error.InvalidRequest;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reading requests and writing answers, the same way everywhere. */
public final class Answers {

    private Answers() {}

    /** The version of the API that the client speaks. */
    public static ApiVersion version(Context ctx) {
        Object version = ctx.req().getAttribute(VersionPrefix.ATTRIBUTE);
        return version instanceof ApiVersion known ? known : ApiVersion.NEWEST;
    }

    /** Answers with a record as JSON. */
    public static void json(Context ctx, int status, Object answer) {
        ctx.status(status);
        ctx.contentType("application/json");
        ctx.result(bytes(answer));
    }

    /** The record's JSON text. */
    public static byte[] bytes(Object answer) {
        try {
            return ApiJson.mapper().writeValueAsBytes(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for " + answer.getClass(), e);
        }
    }

    /** The request's body. An absent one is an empty object. */
    public static <T> T body(Context ctx, Class<T> type) {
        byte[] bytes = ctx.bodyAsBytes();
        try {
            T value = ApiJson.mapper().readValue(bytes.length == 0 ? new byte[] {'{', '}'} : bytes, type);
            if (value == null) {
                throw new InvalidRequest("request.empty", "got null instead of a JSON object");
            }
            return value;
        } catch (IOException e) {
            String why = e instanceof JsonProcessingException json
                    ? json.getOriginalMessage()
                    : String.valueOf(e.getMessage());
            throw new InvalidRequest("request.json", "invalid JSON: " + why, e);
        }
    }

    /** A query parameter as docker reads truth: everything but the empty text, 0, no, false and none. */
    public static boolean flag(Context ctx, String name) {
        return flag(ctx, name, false);
    }

    /** The same with a value for an absent parameter. */
    public static boolean flag(Context ctx, String name, boolean absent) {
        String value = ctx.queryParam(name);
        if (value == null) {
            return absent;
        }
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "", "0", "no", "false", "none" -> false;
            default -> true;
        };
    }

    /** A whole number. */
    public static int number(Context ctx, String name, int absent) {
        String value = ctx.queryParam(name);
        if (value == null || value.isEmpty()) {
            return absent;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new InvalidRequest(
                    "request.number", "query parameter \"" + name + "\" is no number: \"" + value + "\"", e);
        }
    }

    /** A text, empty when absent. */
    public static String text(Context ctx, String name) {
        @Nullable String value = ctx.queryParam(name);
        return value == null ? "" : value;
    }
}
