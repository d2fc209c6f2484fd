package dev.ferry.runtime.spawn;

import java.util.List;

/** One thing that a running program says through its status pipe. */
public sealed interface StatusReport {

    /** The pipe's last write end is closed: the program has become another one, or has ended. */
    record Closed() implements StatusReport {}

    /** A step failed; the program exits. */
    record Failed(StepFailed failure) implements StatusReport {}

    /**
     * Something the program was written to say, see {@link ProgramBuilder#message}.
     *
     * @param word which message, in {@code [1, 4095]}
     * @param value what goes with it
     */
    record Message(int word, long value) implements StatusReport {
        static final int MAXIMUM_WORD = 4095;
    }

    /** The times of a profiled program, in the order of its stages; stages not entered are left out. */
    record Stamps(List<StageStamp> stamps) implements StatusReport {
        public Stamps {
            stamps = List.copyOf(stamps);
        }
    }
}
