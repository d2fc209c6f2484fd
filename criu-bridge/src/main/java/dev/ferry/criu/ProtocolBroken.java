package dev.ferry.criu;

/** CRIU said something that its protocol does not allow: a message that cannot be read, or the wrong one. */
public final class ProtocolBroken extends CriuException {
    private static final long serialVersionUID = 1L;

    public ProtocolBroken(String what) {
        super("criu's answer cannot be understood: " + what);
    }

    public ProtocolBroken(String what, Throwable cause) {
        super("criu's answer cannot be understood: " + what, cause);
    }

    @Override
    public String code() {
        return "criu.protocol";
    }

    @Override
    public String remedy() {
        return "use a CRIU release that Ferry is tested with: \"ferry provision\" unpacks one";
    }
}
