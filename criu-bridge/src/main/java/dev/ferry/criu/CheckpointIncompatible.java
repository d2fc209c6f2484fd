package dev.ferry.criu;

/** A sound checkpoint that this host, or this release of Ferry, cannot restore. */
public final class CheckpointIncompatible extends CriuException {
    private static final long serialVersionUID = 1L;

    private final String fact;
    private final String recorded;
    private final String here;
    private final String remedy;

    /**
     * @param fact what differs: "cpu feature", "manifest version"
     * @param recorded its value at the checkpoint
     * @param here its value on this host
     */
    public CheckpointIncompatible(String fact, String recorded, String here, String remedy) {
        super("checkpoint cannot be restored here: " + fact + " is \"" + recorded + "\" in the checkpoint and \"" + here
                + "\" here; " + remedy);
        this.fact = fact;
        this.recorded = recorded;
        this.here = here;
        this.remedy = remedy;
    }

    public String fact() {
        return fact;
    }

    public String recorded() {
        return recorded;
    }

    public String here() {
        return here;
    }

    @Override
    public String code() {
        return "checkpoint.incompatible";
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
