package dev.ferry.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.ferry.api.model.ApiJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The OpenAPI description of Ferry's own API, as tests ask it. */
public final class Description {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "head", "patch");

    private final JsonNode whole;

    private Description(JsonNode whole) {
        this.whole = whole;
    }

    /** The one that the engine serves. */
    public static Description read() throws IOException {
        try (InputStream in = Description.class.getResourceAsStream("/dev/ferry/engine/http/openapi.yaml")) {
            assertThat(in).as("the description").isNotNull();
            return of(in.readAllBytes());
        }
    }

    public static Description of(byte[] yaml) throws IOException {
        return new Description(YAMLMapper.builder().build().readTree(yaml));
    }

    /** Method and path of every operation, as the server names its routes. */
    public Set<String> operations() {
        Set<String> found = new TreeSet<>();
        for (var path : whole.path("paths").properties()) {
            path.getValue().fieldNames().forEachRemaining(method -> {
                if (METHODS.contains(method)) {
                    found.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                }
            });
        }
        return found;
    }

    /** The operation that a path without a query belongs to: literal parts before parameters. */
    public String operation(String method, String path) {
        List<String> fitting = operations().stream()
                .filter(operation -> operation.startsWith(method + " "))
                .filter(operation -> path.matches(operation
                        .substring(method.length() + 1)
                        .replace(".", "\\.")
                        .replaceAll("\\{[a-z]+\\}", "[^/]+")))
                .sorted((a, b) -> Integer.compare(parameters(a), parameters(b)))
                .toList();
        assertThat(fitting).as("%s %s is described", method, path).isNotEmpty();
        return fitting.getFirst();
    }

    private static int parameters(String operation) {
        return operation.split("\\{", -1).length;
    }

    private JsonNode at(String operation) {
        String[] words = operation.split(" ", 2);
        return whole.path("paths").path(words[1]).path(words[0].toLowerCase(Locale.ROOT));
    }

    /** What speaks against a request's body. */
    public List<String> faultsOfRequest(String operation, byte[] body) throws IOException {
        JsonNode schema = at(operation).at("/requestBody/content/application~1json/schema");
        assertThat(schema.isMissingNode()).as("%s has a body", operation).isFalse();
        return faults(schema, ApiJson.mapper().readTree(body));
    }

    /** What speaks against an answer; each line of a stream is looked at. */
    public List<String> faultsOfAnswer(String operation, int status, String contentType, byte[] body)
            throws IOException {
        JsonNode responses = at(operation).path("responses");
        JsonNode response = responses.has(Integer.toString(status))
                ? responses.path(Integer.toString(status))
                : responses.path(status >= 400 ? "default" : "none");
        if (response.has("$ref")) {
            response = whole.at(response.path("$ref").asText().substring(1));
        }
        assertThat(response.isMissingNode())
                .as("%s answers %d", operation, status)
                .isFalse();
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            return body.length == 0 ? List.of() : List.of("a body where none is described");
        }
        JsonNode schema = content.path(contentType).path("schema");
        assertThat(schema.isMissingNode())
                .as("%s answers %d with %s", operation, status, contentType)
                .isFalse();
        if (contentType.equals("application/yaml")) {
            return List.of();
        }
        String text = new String(body, StandardCharsets.UTF_8);
        List<String> values =
                contentType.equals("application/x-ndjson") ? text.lines().toList() : List.of(text);
        List<String> faults = new ArrayList<>();
        for (String value : values) {
            faults.addAll(faults(schema, ApiJson.mapper().readTree(value)));
        }
        return values.isEmpty() ? List.of("no line at all") : faults;
    }

    private List<String> faults(JsonNode schema, JsonNode value) throws IOException {
        ObjectNode document = ((ObjectNode) schema).deepCopy();
        document.set("$defs", whole.at("/components/schemas"));
        // as a schema on its own, which knows nothing of the document around it
        String text = document.toString().replace("#/components/schemas/", "#/$defs/");
        Schema compiled = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(ApiJson.mapper().readTree(text));
        return compiled
                .validate(value, execution -> execution.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    /** The names of all schemas. */
    public Set<String> schemas() {
        Set<String> names = new TreeSet<>();
        whole.at("/components/schemas").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** One schema. */
    public JsonNode schema(String name) {
        return whole.at("/components/schemas").path(name);
    }

    /** Every {@code $ref} in it. */
    public Set<String> references() {
        Set<String> found = new TreeSet<>();
        whole.findValues("$ref").forEach(each -> found.add(each.asText()));
        return found;
    }

    /** Whether a reference leads somewhere. */
    public boolean has(String reference) {
        return !whole.at(reference.substring(1)).isMissingNode();
    }
}
