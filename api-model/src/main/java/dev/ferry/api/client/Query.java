package dev.ferry.api.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Builds a request target with its parts encoded. */
final class Query {
    private final StringBuilder target;
    private boolean hasParameters;

    private Query(String path) {
        this.target = new StringBuilder(path);
    }

    /** A path whose parts are joined by slashes; each part is encoded by itself. */
    static Query path(String... parts) {
        StringBuilder path = new StringBuilder();
        for (String part : parts) {
            path.append('/').append(encode(part));
        }
        return new Query(path.toString());
    }

    /** A path with an image name in it: its slashes and colons stay as they are. */
    static Query image(String name, String rest) {
        return new Query("/images/" + encode(name).replace("%2F", "/").replace("%3A", ":") + rest);
    }

    Query with(String name, String value) {
        if (!value.isEmpty()) {
            target.append(hasParameters ? '&' : '?').append(name).append('=').append(encode(value));
            hasParameters = true;
        }
        return this;
    }

    Query with(String name, boolean value) {
        return value ? with(name, "1") : this;
    }

    @Override
    public String toString() {
        return target.toString();
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
