package dev.ferry.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.ErrorResponse;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.engine.system.EngineState;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The description against the records that answers and requests are made of. */
class DescriptionTest {
    private Description description;

    @BeforeEach
    void read() throws IOException {
        description = Description.read();
    }

    /** All records of Ferry's own resources, and the two that come from elsewhere. */
    private static Map<String, Class<?>> records() throws IOException, URISyntaxException, ClassNotFoundException {
        Map<String, Class<?>> found = new TreeMap<>();
        found.put("EngineState", EngineState.class);
        found.put("ErrorResponse", ErrorResponse.class);
        Class<?> one = MigrationDetail.class;
        Path place =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        String folder = one.getPackageName().replace('.', '/');
        if (Files.isDirectory(place)) {
            collect(place.resolve(folder), found);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
                collect(jar.getPath(folder), found);
            }
        }
        return found;
    }

    private static void collect(Path folder, Map<String, Class<?>> found) throws IOException, ClassNotFoundException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".class") && !name.contains("$") && !name.startsWith("package-info")) {
                    String simple = name.substring(0, name.length() - ".class".length());
                    found.put(simple, Class.forName(MigrationDetail.class.getPackageName() + "." + simple));
                }
            }
        }
    }

    @Test
    void schemasAreTheRecordsPropertyByProperty() throws Exception {
        Map<String, Class<?>> records = records();
        assertThat(records).hasSizeGreaterThan(15);
        assertThat(description.schemas()).isEqualTo(records.keySet());
        for (var each : records.entrySet()) {
            JsonNode schema = description.schema(each.getKey());
            Map<String, String> described = new TreeMap<>();
            schema.path("properties")
                    .properties()
                    .forEach(property -> described.put(property.getKey(), type(property.getValue())));
            Map<String, String> written = new TreeMap<>();
            for (RecordComponent component : each.getValue().getRecordComponents()) {
                written.put(component.getName(), type(component.getGenericType()));
            }
            assertThat(described).as(each.getKey()).isEqualTo(written);
            schema.path("properties")
                    .properties()
                    .forEach(property -> assertThat(
                                    property.getValue().path("description").asText())
                            .as("%s.%s says what it is", each.getKey(), property.getKey())
                            .isNotEmpty());
            if (!each.getKey().matches(".*(Request|Resolution)")) {
                var required = new TreeSet<String>();
                schema.path("required").forEach(name -> required.add(name.asText()));
                assertThat(required)
                        .as("%s always has all of it", each.getKey())
                        .isEqualTo(written.keySet());
            }
        }
    }

    private static String type(JsonNode schema) {
        if (schema.has("$ref")) {
            return schema.path("$ref").asText().replaceAll(".*/", "");
        }
        String type = schema.path("type").asText();
        return switch (type) {
            case "array" -> "array of " + type(schema.path("items"));
            case "object" -> "map of " + type(schema.path("additionalProperties"));
            case "integer" -> schema.path("format").asText();
            default -> type;
        };
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return (generic.getRawType() == List.class ? "array of " : "map of ") + type(last);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class || plain == Instant.class) {
            return "string";
        } else if (plain == long.class) {
            return "int64";
        } else if (plain == int.class) {
            return "int32";
        }
        return plain == boolean.class ? "boolean" : plain.getSimpleName();
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        assertThat(description.references()).hasSizeGreaterThan(20).allMatch(description::has);
    }
}
