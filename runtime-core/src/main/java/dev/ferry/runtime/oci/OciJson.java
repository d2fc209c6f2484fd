package dev.ferry.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.runtime.json.JsonObject;
import dev.ferry.runtime.json.JsonRefused;
import dev.ferry.runtime.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and writes the documents of the OCI runtime specification.
 *
 * <p>Fields that the specification does not know are tolerated and dropped, as it demands ("runtimes MUST ignore unknown
 * properties"); values of the wrong kind are refused. What is absent is not written.
 */
public final class OciJson {
    private static final int LONGEST_QUOTE = 1000;

    private OciJson() {}

    /**
     * Reads a container's configuration.
     *
     * @throws InvalidSpec when the text is no JSON, lacks what is required or holds values of the wrong kind
     */
    public static Spec readSpec(byte[] json) throws InvalidSpec {
        return readSpec(json, "configuration");
    }

    /** The same, where errors call it by that name. */
    public static Spec readSpec(byte[] json, String name) throws InvalidSpec {
        return read(json, SpecReader::spec, name);
    }

    /** Reads {@code config.json}. */
    public static Spec readSpec(Path file) throws InvalidSpec, IOException {
        return readSpec(Files.readAllBytes(file), file.toString());
    }

    /** Reads a container's state as a runtime prints it. */
    public static State readState(byte[] json) throws InvalidSpec {
        return read(json, SpecReader::state, "state");
    }

    /** Reads a process on its own, as {@code exec} takes it. */
    public static Process readProcess(byte[] json) throws InvalidSpec {
        return read(json, SpecReader::process, "process");
    }

    /** Reads limits on their own, as {@code update} takes them. */
    public static LinuxResources readResources(byte[] json) throws InvalidSpec {
        return read(json, SpecReader::resources, "resources");
    }

    /** Reads the filter of a container on its own. */
    public static LinuxSeccomp readSeccomp(byte[] json) throws InvalidSpec {
        return read(json, SpecReader::seccomp, "seccomp");
    }

    /** Writes what a runtime says about a container, for hooks. */
    public static byte[] write(State state) {
        var text = new JsonText()
                .text("ociVersion", state.ociVersion())
                .text("id", state.id())
                .text("status", state.status());
        if (state.pid() != null) {
            text.number("pid", state.pid());
        }
        return text.text("bundle", state.bundle())
                .textsByName("annotations", state.annotations())
                .bytes();
    }

    /** Writes a configuration, a state or any part of them: UTF-8, indented. */
    public static byte[] write(Object document) {
        try {
            return Writer.MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new AssertionError("records of this package can always be written", e);
        }
    }

    private static <T> T read(byte[] json, JsonObject.Reader<T> reader, String name) throws InvalidSpec {
        try {
            T document = JsonObject.read(json, reader);
            Escapes.check(json);
            return document;
        } catch (JsonRefused.Syntax e) {
            throw new InvalidSpec(
                    "cannot read \"%s\": %s; the file must hold one JSON object".formatted(name, shortened(e)), e);
        } catch (JsonRefused e) {
            throw new InvalidSpec(
                    "cannot use \"%s\": %s; see the OCI runtime specification %s"
                            .formatted(name, shortened(e), Spec.VERSION),
                    e);
        } catch (IllegalArgumentException e) {
            throw new InvalidSpec("cannot read \"%s\": %s".formatted(name, shortened(e)), e);
        }
    }

    /** Texts quote what was read, and that may be megabytes. */
    private static String shortened(Exception e) {
        String text = String.valueOf(e.getMessage());
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }

    /** What writes; made when something is written, which calls of the runtime seldom do. */
    private static final class Writer {
        static final JsonMapper MAPPER = JsonMapper.builder()
                // only the components of records are fields; their other questions are not
                .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
                .build();

        private Writer() {}
    }
}
