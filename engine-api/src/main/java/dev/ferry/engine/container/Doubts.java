package dev.ferry.engine.container;

/** Who knows which containers no engine may run before somebody has spoken. */
@FunctionalInterface
public interface Doubts {

    /** The command that settles what is in doubt about that migration; empty when nothing is, or not yet. */
    String remedy(String migration);
}
