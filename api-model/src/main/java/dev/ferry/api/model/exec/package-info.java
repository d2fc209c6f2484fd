/**
 * Commands started beside a container's own.
 *
 * <p>Begin with {@link ExecCreateRequest}. Values only. An exec is created, started once, and can be inspected until its container goes.
 */
@NullMarked
package dev.ferry.api.model.exec;

import org.jspecify.annotations.NullMarked;
