package dev.ferry.runtime.linux;

/** An open file descriptor with exactly one owner. Placeholder signature, filled in with the linker. */
public final class Fd {
    private final int number;

    private Fd(int number) {
        this.number = number;
    }

    /** Takes over a descriptor that nobody else will close. */
    public static Fd adopt(int number) {
        return new Fd(number);
    }

    /** The descriptor's number in this process. */
    public int number() {
        return number;
    }
}
