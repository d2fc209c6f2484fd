/**
 * The demonstration: a real job is checkpointed, everything dies, and the job goes on.
 *
 * <p>Begin with {@link Demo}, which reads as the story it tells. {@link LongJob} is the program inside the container; the demonstration
 * knows from {@link JobPlan} what it must have computed. Uses the engine as any client does; the only thing it does behind the
 * engine's back is to kill it.
 */
@NullMarked
package dev.ferry.cli.demo;

import org.jspecify.annotations.NullMarked;
