package dev.ferry.cli.render;

/** Identifiers and names as people read them. */
public final class Names {
    private static final int SHORT = 12;

    private Names() {}

    /** The first twelve digits, without the digest's algorithm. */
    public static String shortId(String id) {
        String digits = id.substring(id.indexOf(':') + 1);
        return digits.length() > SHORT ? digits.substring(0, SHORT) : digits;
    }

    public static String shortImage(String image) {
        return image.startsWith("sha256:") ? shortId(image) : image;
    }

    /** A container's name without its slash. */
    public static String plain(String name) {
        return name.startsWith("/") ? name.substring(1) : name;
    }

    /** One line of at most so many characters. */
    public static String cut(String text, int most) {
        String line = text.replace('\n', ' ');
        return line.length() <= most ? line : line.substring(0, most - 1) + "…";
    }
}
