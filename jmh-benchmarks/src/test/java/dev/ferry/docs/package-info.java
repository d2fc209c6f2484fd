/** The documents' commands, run as a reader would type them. Begin with {@link HowtoTest}. */
@NullMarked
package dev.ferry.docs;

import org.jspecify.annotations.NullMarked;
