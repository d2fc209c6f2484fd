package dev.ferry.cli.command;

import dev.ferry.cli.invocation.UsageError;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as docker reads them: a number and b, k, m, g or t, binary; {@code 1.5g}, {@code 512MiB}. */
final class SizeText {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(?:i?b)?");

    private SizeText() {}

    static long bytes(String option, String text) {
        Matcher m = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (m.matches()) {
            int shift = 10 * ("kmgt".indexOf(m.group(2)) + 1);
            BigDecimal bytes = new BigDecimal(m.group(1))
                    .multiply(BigDecimal.valueOf(1L << (m.group(2).isEmpty() ? 0 : shift)));
            if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return bytes.longValue();
            }
        }
        throw new UsageError(option + " '" + text + "' is no size; examples: 512m, 1.5g, 1073741824");
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
