package dev.ferry.runtime.oci;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A device node in the container's {@code /dev}.
 *
 * @param type c, b, u (unbuffered character) or p (fifo)
 * @param fileMode permission bits; null for 0666
 */
public record LinuxDevice(
        String path,
        String type,
        @Nullable Long major,
        @Nullable Long minor,
        @Nullable Integer fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {

    private static final Pattern TYPE = Pattern.compile("[cbup]");

    public LinuxDevice {
        Required.text("linux.devices[].path", path);
        if (!TYPE.matcher(Required.text("linux.devices[].type", type)).matches()) {
            throw new IllegalArgumentException(
                    "type of device \"%s\" is \"%s\"; it must be c, b, u or p".formatted(path, type));
        }
    }
}
