/**
 * The Docker Engine API and Ferry's own resources over HTTP: thin handlers in front of the services.
 *
 * <p>Begin with {@link dev.ferry.engine.http.ApiServer}, then the route classes of the sub-packages. A handler unpacks a request,
 * calls one service, packs the answer; errors become a status in one place ({@link dev.ferry.engine.http.ErrorAnswer}).
 *
 * <p>The only packages that know Javalin, Jetty and servlets; no service knows them. To <i>hijack</i> a connection is to take the
 * raw byte stream after the response head, as docker does for attach, exec and endless streams.
 */
@NullMarked
package dev.ferry.engine.http;

import org.jspecify.annotations.NullMarked;
