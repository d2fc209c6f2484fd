package dev.ferry.runtime.systemd;

/** A method was answered with an error. */
public final class SystemdRefused extends SystemdException {
    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "org.freedesktop.systemd1.";

    private final String name;

    SystemdRefused(String method, String name, String said) {
        super("systemd refuses %s: %s (%s)".formatted(method, said.strip(), name), null);
        this.name = name;
    }

    /** Whether it is that one of systemd's own errors: {@code UnitExists}, {@code NoSuchUnit}. */
    boolean is(String error) {
        return name.equals(PREFIX + error);
    }
}
