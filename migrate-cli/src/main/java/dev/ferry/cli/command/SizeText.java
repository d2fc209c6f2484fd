package dev.ferry.cli.command;

import dev.ferry.cli.invocation.UsageError;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as docker reads them: a number and b, k, m, g or t, binary; {@code 1.5g}, {@code 512MiB}. Rates are sizes per second, or bits per
 * second in the decimal units of networks: {@code 50MB}, {@code 1Gbit}.
 */
final class SizeText {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(?:i?b)?");

    private static final Pattern BITS = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)bits?");
    private static final String UNITS = "kmgt";
    private static final int BITS_PER_BYTE = 8;

    private SizeText() {}

    static long bytes(String option, String text) {
        return number(FORM.matcher(text.toLowerCase(Locale.ROOT)), 1024, 1)
                .orElseThrow(
                        () -> new UsageError(option + " '" + text + "' is no size; examples: 512m, 1.5g, 1073741824"));
    }

    /** Bytes a second; at least 1. */
    static long bytesPerSecond(String option, String text) {
        String size = text.toLowerCase(Locale.ROOT).replaceFirst("/s$", "");
        Matcher bits = BITS.matcher(size);
        OptionalLong rate = bits.matches() ? number(bits, 1000, BITS_PER_BYTE) : number(FORM.matcher(size), 1024, 1);
        if (rate.isEmpty()) {
            throw new UsageError(option + " '" + text
                    + "' is no rate; examples: 50MB and 512k (bytes a second), 1Gbit (bits a second)");
        }
        if (rate.getAsLong() == 0) {
            throw new UsageError(
                    option + " '" + text + "' is less than a byte a second; without " + option + " there is no limit");
        }
        return rate.getAsLong();
    }

    /** Empty for another form, and for more than fits. */
    private static OptionalLong number(Matcher m, int step, int divisor) {
        if (!m.matches()) {
            return OptionalLong.empty();
        }
        int power = m.group(2).isEmpty() ? 0 : UNITS.indexOf(m.group(2)) + 1;
        BigDecimal value = new BigDecimal(m.group(1))
                .multiply(BigDecimal.valueOf(step).pow(power))
                .divide(BigDecimal.valueOf(divisor), RoundingMode.DOWN);
        return value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
                ? OptionalLong.of(value.longValue())
                : OptionalLong.empty();
    }

    /** Processors as billionths. */
    static long nanoCpus(String option, String text) {
        try {
            return new BigDecimal(text).movePointRight(9).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new UsageError(option + " '" + text + "' is no number of processors; examples: 1, 0.5", e);
        }
    }
}
