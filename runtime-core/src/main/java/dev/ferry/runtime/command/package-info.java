/**
 * The command line of an OCI runtime, with the verbs and flags of runc, which engines call. Starts no engine and needs none.
 */
@NullMarked
package dev.ferry.runtime.command;

import org.jspecify.annotations.NullMarked;
