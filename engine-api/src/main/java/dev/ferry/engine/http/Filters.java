package dev.ferry.engine.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.ApiJson;
import dev.ferry.engine.error.InvalidRequest;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code filters} parameter: a JSON object of lists, or of objects whose true members are the values, as older clients send. */
public final class Filters {

    private Filters() {}

    /** Key to values; empty when the parameter is absent. */
    public static Map<String, List<String>> of(Context ctx) {
        String text = Answers.text(ctx, "filters");
        if (text.isBlank()) {
            return Map.of();
        }
        JsonNode tree;
        try {
            tree = ApiJson.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new InvalidRequest("filter.json", "invalid filters: " + e.getOriginalMessage(), e);
        }
        if (!tree.isObject()) {
            throw new InvalidRequest("filter.json", "invalid filters: not a JSON object: " + text);
        }
        Map<String, List<String>> filters = new LinkedHashMap<>();
        tree.properties().forEach(entry -> filters.put(entry.getKey(), values(entry.getValue())));
        return filters;
    }

    private static List<String> values(JsonNode node) {
        List<String> values = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(value -> values.add(value.asText()));
        } else if (node.isObject()) {
            node.properties().forEach(entry -> {
                if (entry.getValue().asBoolean()) {
                    values.add(entry.getKey());
                }
            });
        } else {
            throw new InvalidRequest("filter.json", "invalid filters: neither a list nor an object: " + node);
        }
        return values;
    }
}
