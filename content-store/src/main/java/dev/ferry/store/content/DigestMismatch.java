package dev.ferry.store.content;

/** The bytes that arrived are not the ones that were announced. Nothing was stored. */
public final class DigestMismatch extends ContentException {
    private static final long serialVersionUID = 1L;

    private final transient Digest expected;
    private final transient Digest actual;

    public DigestMismatch(Digest expected, Digest actual) {
        super("content has digest " + actual + " but " + expected + " was expected: it was damaged on the way or is not"
                + " what its manifest says; get it again");
        this.expected = expected;
        this.actual = actual;
    }

    public Digest expected() {
        return expected;
    }

    public Digest actual() {
        return actual;
    }

    @Override
    public String code() {
        return "content.digest-mismatch";
    }
}
