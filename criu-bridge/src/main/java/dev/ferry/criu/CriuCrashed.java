package dev.ferry.criu;

import java.nio.file.Path;
import java.util.Optional;

/** CRIU ended, or had to be ended, before it answered. A container that was being dumped runs on. */
public final class CriuCrashed extends CriuException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Path> log;

    /** @param how "was killed by signal 9", "did not answer within 30 s" */
    public CriuCrashed(String during, String how, Optional<Path> log) {
        super("criu " + how + " during " + during
                + log.map(path -> "; log: " + path).orElse(""));
        this.log = log;
    }

    /** What CRIU had written to its log, if anything. */
    public Optional<Path> log() {
        return log;
    }

    @Override
    public String code() {
        return "criu.crashed";
    }

    @Override
    public String remedy() {
        return "look at the log and try again";
    }
}
