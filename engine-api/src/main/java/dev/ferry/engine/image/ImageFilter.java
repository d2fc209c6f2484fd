package dev.ferry.engine.image;

import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.store.image.Image;
import dev.ferry.store.image.Reference;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.PatternSyntaxException;

/**
 * Which images a list shows: {@code reference}, {@code dangling}, {@code label}, {@code before}, {@code since}, {@code until}. Values of one key
 * are alternatives, but all labels must be there, as docker has it.
 */
public record ImageFilter(Map<String, List<String>> wanted) {

    private static final List<String> KNOWN =
            List.of("reference", "dangling", "label", "label!", "before", "since", "until");

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

    /** Finds the image that {@code before} and {@code since} name. */
    @FunctionalInterface
    interface Lookup {
        Image of(String nameOrId);
    }

    boolean admits(Image image, Lookup lookup) {
        return dangling(image) && labels(image) && reference(image) && times(image, lookup);
    }

    private boolean times(Image image, Lookup lookup) {
        for (String name : wanted.getOrDefault("before", List.of())) {
            if (!image.created().isBefore(lookup.of(name).created())) {
                return false;
            }
        }
        for (String name : wanted.getOrDefault("since", List.of())) {
            if (!image.created().isAfter(lookup.of(name).created())) {
                return false;
            }
        }
        for (String until : wanted.getOrDefault("until", List.of())) {
            if (!image.created().isBefore(until(until))) {
                return false;
            }
        }
        return true;
    }

    /** A point in time as docker writes it: seconds, RFC 3339, or how long ago. */
    private static Instant until(String text) {
        try {
            if (text.matches("\\d+(\\.\\d+)?")) {
                return Instant.ofEpochSecond((long) Double.parseDouble(text));
            }
            if (text.matches("(\\d+h)?(\\d+m)?(\\d+s)?") && !text.isEmpty()) {
                return Instant.now().minus(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
            }
            return text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new InvalidRequest("filter.until", "invalid filter 'until=" + text + "'", e);
        }
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
        return wanted.getOrDefault("label", List.of()).stream().allMatch(label -> has(present, label))
                && wanted.getOrDefault("label!", List.of()).stream().noneMatch(label -> has(present, label));
    }

    private static boolean has(Map<String, String> present, String label) {
        int equals = label.indexOf('=');
        return equals < 0
                ? present.containsKey(label)
                : label.substring(equals + 1).equals(present.get(label.substring(0, equals)));
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
