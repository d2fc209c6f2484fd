package dev.ferry.store.testing;

import dev.ferry.store.content.StepListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the power before the n-th change on disk: from then on no change is made any more, cleanup included. Only the
 * unsynced data of a real cut is not lost.
 */
public final class PowerCut implements StepListener {
    private final int before;
    private final List<String> made = new ArrayList<>();
    private boolean cut;

    /** @param before counted from zero */
    public PowerCut(int before) {
        this.before = before;
    }

    @Override
    public void before(String step) throws Cut {
        if (cut || made.size() >= before) {
            cut = true;
            throw new Cut(step);
        }
        made.add(step);
    }

    /** Whether the power went at all, or the work was done before. */
    public boolean isCut() {
        return cut;
    }

    /** The machine is dark. */
    public static final class Cut extends java.io.IOException {
        private static final long serialVersionUID = 1L;

        Cut(String step) {
            super("power cut before: " + step);
        }
    }
}
