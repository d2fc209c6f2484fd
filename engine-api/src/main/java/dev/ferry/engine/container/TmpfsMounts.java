package dev.ferry.engine.container;

import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Mount;
import dev.ferry.api.model.container.TmpfsOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Memory that a container sees as a directory; a checkpoint carries what is in it. */
final class TmpfsMounts {
    private TmpfsMounts() {}

    static List<dev.ferry.runtime.oci.Mount> of(HostConfig host) {
        List<dev.ferry.runtime.oci.Mount> mounts = new ArrayList<>();
        for (Mount mount : host.mounts()) {
            if (mount.type().equals("tmpfs")) {
                mounts.add(of(mount, mount.tmpfsOptions() == null ? TmpfsOptions.empty() : mount.tmpfsOptions()));
            }
        }
        for (Map.Entry<String, String> tmpfs : host.tmpfs().entrySet()) {
            List<String> options = defaults();
            for (String option : tmpfs.getValue().split(",", -1)) {
                add(options, option);
            }
            mounts.add(mount(tmpfs.getKey(), options));
        }
        return mounts;
    }

    private static dev.ferry.runtime.oci.Mount of(Mount mount, TmpfsOptions asked) {
        List<String> options = defaults();
        if (asked.sizeBytes() > 0) {
            options.add("size=" + asked.sizeBytes());
        }
        if (asked.mode() != 0) {
            options.add("mode=" + Integer.toOctalString(asked.mode()));
        }
        for (List<String> option : asked.options()) {
            add(options, String.join("=", option));
        }
        if (mount.readOnly()) {
            options.add("ro");
        }
        return mount(mount.target(), options);
    }

    private static List<String> defaults() {
        return new ArrayList<>(List.of("noexec", "nosuid", "nodev"));
    }

    private static void add(List<String> options, String option) {
        if (!option.isEmpty()) {
            options.remove("no" + option);
            options.add(option);
        }
    }

    private static dev.ferry.runtime.oci.Mount mount(String path, List<String> options) {
        return new dev.ferry.runtime.oci.Mount(path, "tmpfs", "tmpfs", options);
    }
}
