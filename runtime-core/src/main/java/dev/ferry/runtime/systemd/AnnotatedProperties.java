package dev.ferry.runtime.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Annotations {@code org.systemd.property.NAME}, whose values are written as GVariant's text. runc, docs/systemd.md */
final class AnnotatedProperties {
    private static final String PREFIX = "org.systemd.property.";
    private static final Pattern NAME = Pattern.compile("[A-Za-z]{3,}");
    private static final Pattern SECONDS = Pattern.compile(".*[a-z]Sec");
    private static final double MICROS = 1_000_000;

    private AnnotatedProperties() {}

    /**
     * The properties that they ask for.
     *
     * @throws IllegalArgumentException when one cannot be read
     */
    static List<Property> of(Map<String, String> annotations) {
        List<Property> properties = new ArrayList<>();
        annotations.forEach((annotation, text) -> {
            if (annotation.startsWith(PREFIX)) {
                properties.add(property(annotation, text));
            }
        });
        return properties;
    }

    private static Property property(String annotation, String text) {
        String name = annotation.substring(PREFIX.length());
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "annotation %s name incorrect: \"%s\" is no property; it must be three letters or more"
                            .formatted(annotation, name));
        }
        Value value;
        try {
            value = VariantText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "annotation %s=%s value parse error: %s".formatted(annotation, text, e.getMessage()), e);
        }
        if (!SECONDS.matcher(name).matches()) {
            return new Property(name, value);
        }
        // documented by that name, and known on the bus by another
        long micros = switch (value) {
            case Value.Whole seconds -> Math.multiplyExact(seconds.value(), (long) MICROS);
            case Value.Real seconds -> (long) (seconds.value() * MICROS);
            case Value.Bool no -> throw notANumber(annotation, text);
            case Value.Text no -> throw notANumber(annotation, text);
            case Value.Array no -> throw notANumber(annotation, text);
            case Value.Struct no -> throw notANumber(annotation, text);
            case Value.Variant no -> throw notANumber(annotation, text);
        };
        return new Property(name.substring(0, name.length() - "Sec".length()) + "USec", Value.size(micros));
    }

    private static IllegalArgumentException notANumber(String annotation, String text) {
        return new IllegalArgumentException(
                "annotation %s=%s value parse error: not a number; write seconds".formatted(annotation, text));
    }
}
