package dev.ferry.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the documents of the OCI runtime specification.
 *
 * <p>Fields that the specification does not know are tolerated and dropped, as it demands ("runtimes MUST ignore unknown
 * properties"); values of the wrong kind are refused. What is absent is not written.
 */
public final class OciJson {
    private static final int LONGEST_QUOTE = 1000;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            // only the components of records are fields; their other questions are not
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            // an entry that is null stands for nothing that a list or a map of the specification can hold
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
            .withCoercionConfig(
                    LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private OciJson() {}

    /**
     * Reads a container's configuration.
     *
     * @throws InvalidSpec when the text is no JSON, lacks what is required or holds values of the wrong kind
     */
    public static Spec readSpec(byte[] json) throws InvalidSpec {
        return read(json, Spec.class, "configuration");
    }

    /** Reads {@code config.json}. */
    public static Spec readSpec(Path file) throws InvalidSpec, IOException {
        return read(Files.readAllBytes(file), Spec.class, file.toString());
    }

    /** Reads a container's state as a runtime prints it. */
    public static State readState(byte[] json) throws InvalidSpec {
        return read(json, State.class, "state");
    }

    /** Reads a process on its own, as {@code exec} takes it. */
    public static Process readProcess(byte[] json) throws InvalidSpec {
        return read(json, Process.class, "process");
    }

    /** Reads limits on their own, as {@code update} takes them. */
    public static LinuxResources readResources(byte[] json) throws InvalidSpec {
        return read(json, LinuxResources.class, "resources");
    }

    /** Reads the filter of a container on its own. */
    public static LinuxSeccomp readSeccomp(byte[] json) throws InvalidSpec {
        return read(json, LinuxSeccomp.class, "seccomp");
    }

    /** Writes a configuration, a state or any part of them: UTF-8, indented. */
    public static byte[] write(Object document) {
        try {
            return MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new AssertionError("records of this package can always be written", e);
        }
    }

    private static <T> T read(byte[] json, Class<T> type, String name) throws InvalidSpec {
        try {
            @Nullable T document = MAPPER.readValue(JsonText.decode(json), type);
            if (document == null) {
                throw new IllegalArgumentException("the document is null; it must be an object");
            }
            return document;
        } catch (JsonMappingException e) {
            throw new InvalidSpec(
                    "cannot use \"%s\": at \"%s\": %s; see the OCI runtime specification %s"
                            .formatted(name, shortened(place(e)), shortened(reason(e)), Spec.VERSION),
                    e);
        } catch (JsonProcessingException e) {
            throw new InvalidSpec(
                    "cannot read \"%s\": not JSON at line %d, column %d: %s; the file must hold one JSON object"
                            .formatted(
                                    name,
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getLineNr(),
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getColumnNr(),
                                    shortened(e.getOriginalMessage())),
                    e);
        } catch (IllegalArgumentException e) {
            throw new InvalidSpec(
                    "cannot read \"%s\": %s".formatted(name, shortened(String.valueOf(e.getMessage()))), e);
        }
    }

    /** Texts quote what was read, and that may be megabytes. */
    private static String shortened(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }

    private static String place(JsonMappingException e) {
        if (e.getPath().isEmpty()) {
            return "the whole document";
        }
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."))
                .replace(".[", "[");
    }

    private static String reason(JsonMappingException e) {
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalArgumentException && cause.getMessage() != null) {
                return cause.getMessage();
            }
        }
        return e.getOriginalMessage();
    }
}
