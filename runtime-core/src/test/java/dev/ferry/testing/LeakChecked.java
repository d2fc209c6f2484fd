package dev.ferry.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Fails a test that leaves something of the kernel behind: descriptors and child processes of this JVM; mounts, control groups
 * and processes inside them that carry a name of {@link OwnNames}; mounts below a {@code @TempDir} field of the test.
 *
 * <p>What goes away a moment later is waited for: a killed process, a cgroup that empties.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LeakCheck.class)
public @interface LeakChecked {}
