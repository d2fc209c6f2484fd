package dev.ferry.bench.report;

import java.util.List;
import java.util.Locale;

/** Elements that all pictures are made of. */
final class Svg {
    /** Told apart also by people who do not tell red from green (Okabe and Ito). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999");

    private Svg() {}

    static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    static String line(double x1, double y1, double x2, double y2, String colour) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                x1,
                y1,
                x2,
                y2,
                colour);
    }

    /** @param text is escaped here */
    static String text(double x, double y, String anchor, String text, String more) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>",
                x,
                y,
                anchor,
                more,
                escaped);
    }
}
