package dev.ferry.criu;

import java.nio.file.Path;
import java.util.Optional;

/** CRIU looked at the container, or at the checkpoint, and said no. Its reason is read from its own log. */
public final class CriuRefused extends CriuException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;
    private final String object;
    private final String logLine;
    private final transient Optional<Path> log;

    /**
     * @param during what was tried: "checkpoint" or "restore"
     * @param refusal the kind of obstacle
     * @param object the thing that is in the way, as CRIU names it; empty when it names none
     * @param logLine the line of CRIU's log that says so; empty when the log says nothing
     * @param log the whole log
     */
    public CriuRefused(String during, Refusal refusal, String object, String logLine, Optional<Path> log) {
        super(message(during, refusal, object, logLine, log));
        this.refusal = refusal;
        this.object = object;
        this.logLine = logLine;
        this.log = log;
    }

    private static String message(String during, Refusal refusal, String object, String line, Optional<Path> log) {
        StringBuilder text = new StringBuilder(during).append(" refused: ").append(refusal.sentence());
        if (!object.isEmpty()) {
            text.append(" (\"").append(object).append("\")");
        }
        text.append("; ").append(refusal.remedy());
        if (!line.isEmpty()) {
            text.append("; criu: ").append(line);
        }
        log.ifPresent(path -> text.append("; log: ").append(path));
        return text.toString();
    }

    /** The kind of obstacle. */
    public Refusal refusal() {
        return refusal;
    }

    /** The thing that is in the way, as CRIU names it; empty when it names none. */
    public String object() {
        return object;
    }

    /** The line of CRIU's log that names the cause, without its time stamp; empty when the log says nothing. */
    public String logLine() {
        return logLine;
    }

    /** The whole log of this run, if it could be kept. */
    public Optional<Path> log() {
        return log;
    }

    @Override
    public String code() {
        return "criu.refused." + refusal.word();
    }

    @Override
    public String remedy() {
        return refusal.remedy();
    }
}
