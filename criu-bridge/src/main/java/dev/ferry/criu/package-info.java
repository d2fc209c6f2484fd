/**
 * Checkpoint and restore of containers by CRIU: the failures that every part of it can report.
 *
 * <p>Begin with {@code checkpoint.Checkpointer}. A <i>dump</i> is what CRIU writes; a <i>checkpoint</i> is a dump plus what is
 * needed to restore it elsewhere. Knows CRIU, processes and files; knows nothing of image registries, of HTTP, of other hosts.
 * The sub-packages: {@code rpc} speaks to one CRIU process, {@code archive} keeps a checkpoint on disk, {@code preflight} says
 * beforehand what will be refused, {@code checkpoint} dumps and restores.
 */
@NullMarked
package dev.ferry.criu;

import org.jspecify.annotations.NullMarked;
