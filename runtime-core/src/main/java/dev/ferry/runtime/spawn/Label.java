package dev.ferry.runtime.spawn;

/** A place in a program that edges lead to: made first, placed later by {@link ProgramBuilder#at}. */
public final class Label {
    static final int UNPLACED = -1;

    private final String name;
    private int index = UNPLACED;

    Label(String name) {
        this.name = name;
    }

    /** What the listing and error texts call it. */
    public String name() {
        return name;
    }

    int index() {
        return index;
    }

    void place(int stepIndex) {
        if (index != UNPLACED) {
            throw new IllegalStateException("label \"" + name + "\" is placed twice");
        }
        index = stepIndex;
    }

    @Override
    public String toString() {
        return name;
    }
}
