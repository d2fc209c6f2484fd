package dev.ferry.engine.image;

import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.store.image.Image;
import dev.ferry.store.image.Reference;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;

/**
 * Which images a list shows: {@code reference}, {@code dangling}, {@code label}. Values of one key are alternatives, but all labels
 * must be there, as docker has it.
 */
public record ImageFilter(Map<String, List<String>> wanted) {

    private static final List<String> KNOWN = List.of("reference", "dangling", "label");

    /** Everything. */
    public static final ImageFilter ALL = new ImageFilter(Map.of());

    /** Refuses what it does not know. */
    public ImageFilter {
        wanted = Map.copyOf(wanted);
        for (String key : wanted.keySet()) {
            if (!KNOWN.contains(key)) {
                throw new InvalidRequest("filter.unknown", "invalid filter '" + key + "'");
            }
        }
    }

    boolean admits(Image image) {
        return dangling(image) && labels(image) && reference(image);
    }

    private boolean dangling(Image image) {
        List<String> values = wanted.getOrDefault("dangling", List.of());
        boolean dangling = image.repoTags().isEmpty();
        return values.isEmpty()
                || values.stream().anyMatch(value -> dangling == (value.equals("true") || value.equals("1")));
    }

    private boolean labels(Image image) {
        Map<String, String> labels = image.config().execution().labels();
        Map<String, String> present = labels == null ? Map.of() : labels;
        return wanted.getOrDefault("label", List.of()).stream().allMatch(label -> {
            int equals = label.indexOf('=');
            return equals < 0
                    ? present.containsKey(label)
                    : label.substring(equals + 1).equals(present.get(label.substring(0, equals)));
        });
    }

    private boolean reference(Image image) {
        List<String> patterns = wanted.getOrDefault("reference", List.of());
        return patterns.isEmpty()
                || patterns.stream()
                        .anyMatch(pattern -> image.repoTags().stream().anyMatch(name -> fits(pattern, name)));
    }

    private static boolean fits(String pattern, Reference name) {
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            return matcher.matches(Path.of(name.familiar())) || matcher.matches(Path.of(name.familiarRepository()));
        } catch (PatternSyntaxException | InvalidPathException e) {
            throw new InvalidRequest("filter.reference", "invalid filter 'reference=" + pattern + "'", e);
        }
    }
}
