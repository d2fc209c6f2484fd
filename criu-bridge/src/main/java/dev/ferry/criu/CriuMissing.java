package dev.ferry.criu;

/** There is no CRIU on this host that Ferry can use. */
public final class CriuMissing extends CriuException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    public CriuMissing(String what, String remedy) {
        super(what + "; " + remedy);
        this.remedy = remedy;
    }

    @Override
    public String code() {
        return "criu.missing";
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
