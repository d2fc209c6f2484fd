package dev.ferry.store.content;

/** No blob of this digest is stored. */
public final class NoSuchContent extends ContentException {
    private static final long serialVersionUID = 1L;

    private final transient Digest digest;

    public NoSuchContent(Digest digest) {
        super("content \"" + digest + "\" is not stored here: load or import its image again");
        this.digest = digest;
    }

    public Digest digest() {
        return digest;
    }

    @Override
    public String code() {
        return "content.missing";
    }
}
