package dev.ferry.bench.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A picture of what some times are made of, as SVG: a bar for each, cut into its parts, over a linear time axis. */
public final class Stacks {
    private static final int WIDTH = 960;
    private static final int LEFT = 250;
    private static final int RIGHT = 90;
    private static final int TOP = 80;
    private static final int ROW = 34;
    private static final int BAR = 22;
    private static final int LEGEND = 96;

    private final String title;
    private final List<String> parts;
    private final Map<String, Map<String, Duration>> bars = new LinkedHashMap<>();

    /** @param parts their names, from left to right */
    public Stacks(String title, List<String> parts) {
        this.title = title;
        this.parts = List.copyOf(parts);
    }

    /** Adds a bar below the others. Parts that it does not have are left out. */
    public void add(String name, Map<String, Duration> lengths) {
        Set<String> unknown =
                lengths.keySet().stream().filter(part -> !parts.contains(part)).collect(Collectors.toSet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no part is called " + unknown);
        }
        bars.put(name, new TreeMap<>(lengths));
    }

    /** The whole document. */
    public String svg() {
        double longest = bars.values().stream()
                .mapToDouble(bar ->
                        bar.values().stream().mapToDouble(Samples::milliseconds).sum())
                .max()
                .orElse(0);
        double scale = (WIDTH - LEFT - RIGHT) / Math.max(1, longest);
        int height = TOP + bars.size() * ROW + 50;
        List<String> lines = new ArrayList<>();
        lines.add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">"
                        .formatted(WIDTH, height));
        lines.add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(WIDTH, height));
        lines.add(Svg.text(20, 28, "start", title, "font-size=\"16\""));
        for (int i = 0; i < parts.size(); i++) {
            lines.add(box(LEFT + i * LEGEND, 46, 12, 12, i));
            lines.add(Svg.text(LEFT + i * LEGEND + 17, 57, "start", parts.get(i), "font-size=\"12\""));
        }
        axis(lines, longest, scale, height);
        double y = TOP;
        for (Map.Entry<String, Map<String, Duration>> bar : bars.entrySet()) {
            bar(lines, bar.getKey(), bar.getValue(), y, scale);
            y += ROW;
        }
        lines.add("</svg>");
        return String.join("\n", lines) + "\n";
    }

    private static void axis(List<String> lines, double longest, double scale, int height) {
        double step = Math.pow(10, Math.floor(Math.log10(Math.max(1, longest))));
        step = longest / step < 2 ? step / 5 : longest / step < 5 ? step / 2 : step;
        for (double at = 0; at <= longest; at += step) {
            double x = LEFT + at * scale;
            lines.add(Svg.line(x, TOP - 6, x, height - 42, "#ddd"));
            lines.add(Svg.text(x, height - 26, "middle", String.format(Locale.ROOT, "%.0f", at), ""));
        }
        lines.add(Svg.text((LEFT + WIDTH - RIGHT) / 2.0, height - 8, "middle", "milliseconds", ""));
    }

    private void bar(List<String> lines, String name, Map<String, Duration> lengths, double y, double scale) {
        lines.add(Svg.text(LEFT - 10, y + 16, "end", name, ""));
        double x = LEFT;
        double sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            double length = Samples.milliseconds(lengths.getOrDefault(parts.get(i), Duration.ZERO));
            if (length > 0) {
                lines.add(box(x, y, length * scale, BAR, i));
            }
            x += length * scale;
            sum += length;
        }
        lines.add(Svg.text(x + 6, y + 16, "start", String.format(Locale.ROOT, "%.0f ms", sum), "fill=\"#666\""));
    }

    private static String box(double x, double y, double width, double height, int index) {
        return String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
                x,
                y,
                width,
                height,
                Svg.colour(index));
    }
}
