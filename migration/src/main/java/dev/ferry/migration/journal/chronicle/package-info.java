/**
 * Segments that are Chronicle queues. The only package that knows that library: its jars bring native code and flags of the JVM's with them.
 */
@NullMarked
package dev.ferry.migration.journal.chronicle;

import org.jspecify.annotations.NullMarked;
