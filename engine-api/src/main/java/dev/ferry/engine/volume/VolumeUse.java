package dev.ferry.engine.volume;

import java.util.List;

/** Answers which containers use a volume. */
@FunctionalInterface
public interface VolumeUse {
    /** Their ids. */
    List<String> of(String volume);
}
