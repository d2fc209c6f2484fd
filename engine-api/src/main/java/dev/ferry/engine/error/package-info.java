/**
 * What a caller of the engine may know when something does not work.
 *
 * <p>Begin with {@link dev.ferry.engine.error.EngineException}: a closed set of kinds, each with one HTTP status that only
 * {@code engine.http} knows. Every service throws these and nothing else to its callers; the facts of the machine (system
 * call, errno, CRIU's reason) stay behind as the cause.
 *
 * <p>Knows nothing of HTTP and of the other packages. A <i>code</i> is a short stable word for logs, metrics and exit texts;
 * a <i>message</i> is for people, and kept to the letter where the docker CLI or its users know it.
 */
@NullMarked
package dev.ferry.engine.error;

import org.jspecify.annotations.NullMarked;
