/**
 * The house rules that a machine can hold, over the classes of all modules. Begin with {@link dev.ferry.house.HouseRulesTest}.
 */
@NullMarked
package dev.ferry.house;

import org.jspecify.annotations.NullMarked;
