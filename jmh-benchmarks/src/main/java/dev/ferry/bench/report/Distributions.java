package dev.ferry.bench.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A picture of several series as SVG: for each, which share of its samples took at most how long (the empirical distribution),
 * over a logarithmic time axis. A curve further left is faster; a steep curve varies little. Written here in a hundred lines
 * because a plotting library would be the largest dependency of the whole project.
 */
public final class Distributions {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 540;
    private static final int LEFT = 70;
    private static final int RIGHT = 250;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final double[] TICKS = {1, 2, 5};

    private final String title;
    private final Map<String, Samples> series = new LinkedHashMap<>();

    public Distributions(String title) {
        this.title = title;
    }

    /** Adds a series; one without samples is left out. */
    public void add(String name, Samples samples) {
        if (!samples.isEmpty()) {
            series.put(name, samples);
        }
    }

    /** The whole document. */
    public String svg() {
        List<String> parts = new ArrayList<>();
        parts.add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">"
                        .formatted(WIDTH, HEIGHT));
        parts.add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(WIDTH, HEIGHT));
        parts.add(Svg.text(LEFT, TOP - 22, "start", title, "font-size=\"16\""));
        double low = Double.MAX_VALUE;
        double high = 0;
        for (Samples samples : series.values()) {
            low = Math.min(low, Math.max(0.01, Samples.milliseconds(samples.quantile(0))));
            high = Math.max(high, Samples.milliseconds(samples.quantile(1)));
        }
        if (!series.isEmpty()) {
            Axis axis = new Axis(low * 0.8, high * 1.25);
            grid(parts, axis);
            int index = 0;
            for (Map.Entry<String, Samples> entry : series.entrySet()) {
                curve(parts, axis, entry.getKey(), entry.getValue(), index++);
            }
        }
        parts.add("</svg>");
        return String.join("\n", parts) + "\n";
    }

    private record Axis(double low, double high) {
        double x(double milliseconds) {
            double share = Math.log(milliseconds / low) / Math.log(high / low);
            return LEFT + share * (WIDTH - LEFT - RIGHT);
        }
    }

    private static double y(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private static void grid(List<String> parts, Axis axis) {
        for (int percent = 0; percent <= 100; percent += 25) {
            double y = y(percent / 100.0);
            parts.add(Svg.line(LEFT, y, WIDTH - RIGHT, y, "#ddd"));
            parts.add(Svg.text(LEFT - 8, y + 4, "end", percent + " %", ""));
        }
        for (double decade = 0.01; decade < axis.high(); decade *= 10) {
            for (double tick : TICKS) {
                double at = decade * tick;
                if (at >= axis.low() && at <= axis.high()) {
                    parts.add(Svg.line(axis.x(at), y(0), axis.x(at), y(1), "#ddd"));
                    parts.add(Svg.text(axis.x(at), y(0) + 18, "middle", number(at), ""));
                }
            }
        }
        parts.add(Svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", "milliseconds", ""));
    }

    private static void curve(List<String> parts, Axis axis, String name, Samples samples, int index) {
        String colour = Svg.colour(index);
        StringBuilder path = new StringBuilder();
        List<Duration> sorted = samples.values().stream().sorted().toList();
        double previous = 0;
        for (int i = 0; i < sorted.size(); i++) {
            double x = axis.x(Math.max(axis.low(), Samples.milliseconds(sorted.get(i))));
            double share = (i + 1) / (double) sorted.size();
            path.append(path.isEmpty() ? "M" : "L").append(point(x, y(previous)));
            path.append("L").append(point(x, y(share)));
            previous = share;
        }
        parts.add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>".formatted(path, colour));
        double at = TOP + 14 + index * 40.0;
        parts.add(Svg.line(WIDTH - RIGHT + 16, at - 4, WIDTH - RIGHT + 40, at - 4, colour));
        parts.add(Svg.text(WIDTH - RIGHT + 46, at, "start", name, ""));
        parts.add(Svg.text(
                WIDTH - RIGHT + 46,
                at + 16,
                "start",
                "median " + number(Samples.milliseconds(samples.median())) + " ms, n = " + samples.size(),
                "fill=\"#666\" font-size=\"11\""));
    }

    private static String point(double x, double y) {
        return "%.1f %.1f".formatted(x, y).replace(',', '.');
    }

    private static String number(double value) {
        return value >= 100
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value).replaceAll("\\.?0+$", "");
    }
}
