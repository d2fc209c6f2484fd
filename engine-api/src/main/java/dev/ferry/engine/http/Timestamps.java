package dev.ferry.engine.http;

import dev.ferry.engine.error.InvalidRequest;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Points in time in query parameters: seconds since 1970, with a fraction if wanted, or RFC 3339. Clients resolve {@code 10m} themselves. */
public final class Timestamps {

    private Timestamps() {}

    /** The parameter's time, null when it is absent, empty or 0, which mean no bound. */
    public static @Nullable Instant of(Context ctx, String name) {
        return parse(name, Answers.text(ctx, name));
    }

    static @Nullable Instant parse(String name, String text) {
        if (text.isBlank() || text.equals("0")) {
            return null;
        }
        try {
            BigDecimal seconds = new BigDecimal(text);
            BigDecimal whole = new BigDecimal(seconds.toBigInteger());
            return Instant.ofEpochSecond(
                    whole.longValueExact(),
                    seconds.subtract(whole).movePointRight(9).longValue());
        } catch (NumberFormatException noNumber) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new InvalidRequest("request.time", "invalid value for \"" + name + "\": \"" + text + "\"", e);
            }
        } catch (ArithmeticException e) {
            throw new InvalidRequest("request.time", "value for \"" + name + "\" is out of range: \"" + text + "\"", e);
        }
    }
}
