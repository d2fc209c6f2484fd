package dev.ferry.runtime.bundle;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.NetworkLinks;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.NamespaceKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Interfaces of the runtime's network namespace that move into a container's, and stay there: with the namespace goes what is virtual, and what
 * is not comes back to the kernel's first. config-linux.md, "Network Devices"
 */
final class NetworkDevices {
    private NetworkDevices() {}

    /** Before anything is made. Texts are runc's. */
    static void require(@Nullable Linux linux) throws RuntimeRefused {
        if (linux == null || linux.netDevices().isEmpty()) {
            return;
        }
        if (linux.namespace(NamespaceKind.NETWORK).isEmpty()) {
            throw new RuntimeRefused(
                    "unable to move network devices without a NET namespace; add {\"type\": \"network\"} to linux.namespaces");
        }
        for (Map.Entry<String, Linux.NetDevice> device : linux.netDevices().entrySet()) {
            for (String name : List.of(device.getKey(), nameInside(device))) {
                if (!NetworkLinks.isName(name)) {
                    throw new RuntimeRefused(
                            "invalid network device name \"%s\"; use 1 to 15 bytes without space, / and :"
                                    .formatted(name));
                }
            }
        }
    }

    private static String nameInside(Map.Entry<String, Linux.NetDevice> device) {
        String name = device.getValue().name();
        return name == null || name.isEmpty() ? device.getKey() : name;
    }

    /** Moves them into the namespace of a process, and switches them on there. */
    static void move(@Nullable Linux linux, int pid) throws IOException {
        if (linux == null || linux.netDevices().isEmpty()) {
            return;
        }
        Path file = Path.of("/proc").resolve(Integer.toString(pid)).resolve("ns/net");
        try (NetworkLinks here = NetworkLinks.open();
                Fd namespace = OpenFiles.open(file, OpenFlags.O_RDONLY)) {
            for (Map.Entry<String, Linux.NetDevice> device : linux.netDevices().entrySet()) {
                move(here, device.getKey(), namespace, nameInside(device));
            }
        }
    }

    private static void move(NetworkLinks here, String name, Fd namespace, String inside) throws IOException {
        OptionalInt index = here.index(name);
        if (index.isEmpty()) {
            throw new IOException(
                    "there is no network device \"%s\" here; see \"ip link\", or leave it out of linux.netDevices"
                            .formatted(name));
        }
        try {
            // the kernel forgets them when it is switched off or moves
            List<NetworkLinks.Address> addresses = here.addresses(index.getAsInt());
            here.switchTo(index.getAsInt(), false);
            here.move(index.getAsInt(), namespace, inside);
            NamespaceThread.inside(namespace, NamespaceKind.NETWORK.cloneFlag(), () -> {
                try (NetworkLinks there = NetworkLinks.open()) {
                    // a name with %d is the kernel's choice; the number it keeps unless it is taken
                    int moved = there.index(inside).orElse(index.getAsInt());
                    for (NetworkLinks.Address address : addresses) {
                        there.add(moved, address);
                    }
                    there.switchTo(moved, true);
                    return moved;
                }
            });
        } catch (IOException e) {
            throw new IOException(
                    "network device \"%s\" cannot move into the container as \"%s\": %s"
                            .formatted(name, inside, e.getMessage()),
                    e);
        }
    }
}
