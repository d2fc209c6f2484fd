/**
 * The test kit that the kernel tests of all modules share; test code only.
 *
 * <p>Begin with {@link dev.ferry.testing.LeakChecked} and {@link dev.ferry.testing.Requires}. Other test runs may be at work
 * on the same machine: everything a test makes carries a name of {@link dev.ferry.testing.OwnNames}, and nothing else is
 * ever compared or removed.
 */
@NullMarked
package dev.ferry.testing;

import org.jspecify.annotations.NullMarked;
