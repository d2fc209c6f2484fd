package dev.ferry.engine.container;

import java.util.List;

/** Which files from outside a container sees, and which no dump and no migration takes along. */
public final class HostMounts {
    private HostMounts() {}

    /** Absolute paths of the host, and names of volumes. */
    public static List<String> of(ContainerRecord record) {
        return record.attachments().stream()
                .map(each -> each.isVolume() ? each.volume() : each.source())
                .distinct()
                .toList();
    }
}
