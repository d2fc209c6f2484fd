/**
 * HTTP/1.1 as engines speak it: over unix sockets and TCP, with streams in both directions and connections taken over.
 *
 * <p>Begin with {@link HttpConnection}. Knows bytes and headers; knows nothing of containers, of records or of versions.
 * A <i>hijacked</i> connection is one that stops being HTTP after the answer's header: raw bytes both ways. A <i>frame</i> is
 * a piece of output with an eight-byte header that says which stream it belongs to.
 */
@NullMarked
package dev.ferry.api.wire;

import org.jspecify.annotations.NullMarked;
