/**
 * The OCI runtime specification 1.3.0 as records: what a container is to be, read from and written to {@code config.json}.
 *
 * <p>Begin with {@link dev.ferry.runtime.oci.Spec}; {@link dev.ferry.runtime.oci.OciJson} reads and writes it,
 * {@link dev.ferry.runtime.oci.DefaultSpec} makes the one that containers get unless they ask for something else. These are the
 * only records of the specification in the house: everybody uses them as they are. Linux parts only.
 * Depends on our reader of JSON only and does nothing to the machine.
 *
 * <p>Words: what the specification lets out is a {@code null} component when it is a value or an object, and an empty list or map
 * when it is a collection. Numbers that the specification calls uint64 are Java longs read as unsigned.
 */
@NullMarked
package dev.ferry.runtime.oci;

import org.jspecify.annotations.NullMarked;
