/**
 * What a migration will send, when, and what that will cost.
 *
 * <p>Begin with {@link dev.ferry.migration.plan.Plan}. Pure functions of what a container needs and what a target has; nothing is asked, sent or
 * timed here. A new way to move memory is a new {@link dev.ferry.migration.plan.Strategy}, which the compiler then wants to be planned.
 */
@NullMarked
package dev.ferry.migration.plan;

import org.jspecify.annotations.NullMarked;
