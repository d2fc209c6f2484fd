package dev.ferry.engine.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.ferry.api.compat.Body;
import dev.ferry.api.compat.Compatibility;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.ContainerInspect;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.image.ImageInspect;
import dev.ferry.api.model.image.ImageSummary;
import dev.ferry.api.model.system.SystemInfo;
import dev.ferry.api.model.system.SystemVersion;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.engine.error.InvalidRequest;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reading requests and writing answers, the same way everywhere. */
public final class Answers {

    /** What has changed its form with the version of the API. */
    private static final Map<Class<?>, Body> FORMS = Map.of(
            ContainerInspect.class, Body.CONTAINER_INSPECT,
            ImageInspect.class, Body.IMAGE_INSPECT,
            SystemInfo.class, Body.SYSTEM_INFO,
            SystemVersion.class, Body.SYSTEM_VERSION,
            ContainerCreateRequest.class, Body.CONTAINER_CREATE_REQUEST,
            ExecCreateRequest.class, Body.EXEC_CREATE_REQUEST);

    private static final Map<Class<?>, Body> LISTS =
            Map.of(ContainerSummary.class, Body.CONTAINER_LIST, ImageSummary.class, Body.IMAGE_LIST);

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
        ApiVersion client = version(ctx);
        Optional<Body> form = Compatibility.isNewest(client) ? Optional.empty() : answerForm(answer);
        ctx.result(
                form.isPresent()
                        ? bytes(Compatibility.answer(
                                form.get(), ApiJson.mapper().valueToTree(answer), client))
                        : bytes(answer));
    }

    /** The form of an answer, or of the members of a list; empty for what looks the same in every version. */
    private static Optional<Body> answerForm(Object answer) {
        if (answer instanceof List<?> list) {
            return list.isEmpty()
                    ? Optional.empty()
                    : Optional.ofNullable(LISTS.get(list.getFirst().getClass()));
        }
        return Optional.ofNullable(FORMS.get(answer.getClass()));
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
            byte[] text = bytes.length == 0 ? new byte[] {'{', '}'} : bytes;
            ApiVersion client = version(ctx);
            Optional<Body> form =
                    Compatibility.isNewest(client) ? Optional.empty() : Optional.ofNullable(FORMS.get(type));
            T value = form.isPresent()
                    ? ApiJson.mapper()
                            .treeToValue(
                                    Compatibility.request(
                                            form.get(), ApiJson.mapper().readTree(text), client),
                                    type)
                    : ApiJson.mapper().readValue(text, type);
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
