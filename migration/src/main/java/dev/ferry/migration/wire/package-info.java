/**
 * The connection between two engines: frames over TLS, both sides known by their certificates.
 *
 * <p>Begin with {@link dev.ferry.migration.wire.TlsWire}. Knows frames, requests and chunks as bytes; does not know what they ask for. docs/adr/0017
 * says why it is not HTTP.
 */
@NullMarked
package dev.ferry.migration.wire;

import org.jspecify.annotations.NullMarked;
