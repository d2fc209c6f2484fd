/**
 * Start latency of containers.
 *
 * <p>Begin with {@link dev.ferry.bench.start.StartRun}. A <i>subject</i> is something that starts a container: Ferry in this
 * process, Ferry over its socket, another OCI runtime. All subjects of a run start the same bundle, take turns in a rotating
 * order, and rest between starts: joining a v1 control group after a quiet period waits for the kernel's RCU, which starts back
 * to back would hide.
 */
@NullMarked
package dev.ferry.bench.start;

import org.jspecify.annotations.NullMarked;
