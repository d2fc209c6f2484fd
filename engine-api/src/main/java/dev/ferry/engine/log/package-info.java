/**
 * Reading what containers write: whole logs, ends of logs, and logs as they grow.
 *
 * <p>Begin with {@link dev.ferry.engine.log.LogReader}. It turns the frames of {@code runtime.monitor} into what docker's clients ask for. It
 * knows files and frames; that a log belongs to a container, and when that has ended, the caller tells.
 */
@NullMarked
package dev.ferry.engine.log;

import org.jspecify.annotations.NullMarked;
