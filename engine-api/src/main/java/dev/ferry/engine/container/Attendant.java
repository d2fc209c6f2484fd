package dev.ferry.engine.container;

/** Goes along with containers while they run. Every call comes on the container's lane. */
public interface Attendant {

    /** Nobody is told of anything. */
    Attendant NONE = new Attendant() {
        @Override
        public void begun(Container container, boolean fresh) {
            // nothing to do
        }

        @Override
        public void ended(Container container) {
            // nothing to do
        }
    };

    /**
     * It runs, and is held.
     *
     * @param fresh false for one that an earlier engine started
     */
    void begun(Container container, boolean fresh);

    /** It has ended. May come for one that never began. */
    void ended(Container container);

    /** It is about to be frozen or saved: nothing of the attendant's may be under way inside. It may go on later. */
    default void hush(Container container) {
        // for those that have nothing inside
    }

    /** An earlier engine made it, and it may run or not; comes before {@link #begun}. */
    default void found(Container container) {
        // for those that keep nothing
    }
}
