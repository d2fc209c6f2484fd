package dev.ferry.runtime.systemd;

/** A property of a unit, by the name that org.freedesktop.systemd1(5) gives it. */
record Property(String name, Value value) {
    /** As systemd's methods take it: {@code (sv)}. */
    Value pair() {
        return Value.struct(Value.text(name), new Value.Variant(value));
    }
}
