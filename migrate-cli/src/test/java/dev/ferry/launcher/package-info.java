/**
 * Tests of the {@code ferry} script in the repository's root and of {@code tools/provision.sh}.
 *
 * <p>A test either sources the scripts in a bash of its own and calls one function, or runs a copy of the launcher in a
 * made-up clone whose Java is a small script. Nothing is built or fetched, and the host's own JDKs are never looked at.
 */
@NullMarked
package dev.ferry.launcher;

import org.jspecify.annotations.NullMarked;
