/**
 * CRIU's service protocol: protobuf messages over one SEQPACKET socket, one {@code criu swrk} process per operation.
 *
 * <p>Begin with {@link dev.ferry.criu.rpc.CriuProcess}; {@link dev.ferry.criu.rpc.CriuInstallation} says which CRIU it runs. Knows messages,
 * descriptors and the process; knows neither containers nor checkpoints. A <i>notification</i> is a question of CRIU in the middle of an
 * operation: it waits for the answer, and some answers decide the operation (criu(8), images/rpc.proto of CRIU 4.2, a file under the MIT
 * licence whose field numbers are used here).
 */
@NullMarked
package dev.ferry.criu.rpc;

import org.jspecify.annotations.NullMarked;
