package dev.ferry.criu.preflight;

/**
 * One line of {@code ferry doctor}.
 *
 * @param name short and stable: "criu", "soft-dirty"
 * @param status whether what is found will do
 * @param detail what was found
 * @param remedy what to change; empty when nothing needs to be
 */
public record Finding(String name, Status status, String detail, String remedy) {
    /** How good a finding is. */
    public enum Status {
        /** Works. */
        OK,
        /** Ferry works, but a feature is absent or slower. */
        LIMITED,
        /** Ferry, or checkpoint and restore, will not work. */
        MISSING
    }
}
