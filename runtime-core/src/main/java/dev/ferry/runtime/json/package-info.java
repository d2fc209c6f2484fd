/**
 * JSON for a process that lives for a moment: read into objects that know their place, and written field by field.
 *
 * <p>Begin with {@link dev.ferry.runtime.json.JsonObject}. It is here, and not a library's, because of what a call of the runtime costs: see
 * ADR 0023. Depends on nothing of ours.
 */
@NullMarked
package dev.ferry.runtime.json;

import org.jspecify.annotations.NullMarked;
