/**
 * Containers of OCI bundles, without an engine: what the verbs of an OCI runtime do, over a directory of states that any later call finds
 * again. OCI runtime specification 1.3.0, runtime.md
 */
@NullMarked
package dev.ferry.runtime.bundle;

import org.jspecify.annotations.NullMarked;
