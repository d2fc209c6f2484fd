/**
 * How older versions of the API differ from the newest, as a chain of steps over JSON trees.
 *
 * <p>Begin with {@link Compatibility}. The engine's handlers speak the newest version only; an answer for an older client goes down the
 * chain step by step, a request of an older client comes up. Each step knows its own version and its older neighbour, nothing else.
 * Knows JSON and versions; knows neither records nor HTTP.
 */
@NullMarked
package dev.ferry.api.compat;

import org.jspecify.annotations.NullMarked;
