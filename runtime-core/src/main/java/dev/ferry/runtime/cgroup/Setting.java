package dev.ferry.runtime.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * One value to write into one file of a cgroup.
 *
 * @param controller whose file it is
 * @param value what is written, in one write(2)
 * @param field the field of the OCI configuration that asked for it
 * @param otherwise what to write when there is no such file: kernels name some files differently
 */
record Setting(
        String controller,
        String file,
        String value,
        String field,
        @Nullable Setting otherwise) {

    Setting(String controller, String file, String value, String field) {
        this(controller, file, value, field, null);
    }

    Setting orElse(String otherFile, String otherValue) {
        return new Setting(controller, file, value, field, new Setting(controller, otherFile, otherValue, field));
    }
}
