package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.network.Names;
import dev.ferry.engine.network.Resolvers;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.snapshot.LowerLayers;
import dev.ferry.store.snapshot.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * /etc/hosts, /etc/hostname and /etc/resolv.conf of a new container. They are written into its writable layer and not bound from the
 * host, so that a checkpoint carries them and needs no mount from outside.
 */
final class EtcFiles {

    private static final String GATEWAY = "host-gateway";

    private EtcFiles() {}

    static void write(RootFilesystem.Overlay root, ContainerConfig config, HostConfig host, Names names)
            throws IOException {
        Path etc = root.upper().resolve("etc");
        if (!Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(etc);
        }
        Files.writeString(etc.resolve("hostname"), config.hostname() + "\n");
        Files.writeString(etc.resolve("hosts"), hosts(config, host, names));
        Files.writeString(etc.resolve("resolv.conf"), Resolvers.text(host, names));
        // what the kernel shows of a directory is the upper one's: it goes on looking as the image has it
        Optional<Path> covered = new LowerLayers(root.lower()).find(new ArchivePath(List.of("etc")));
        Optional<Node> ofImage = covered.isPresent() ? Node.of(covered.get()) : Optional.empty();
        if (ofImage.filter(Node::isDirectory).isPresent()) {
            Node like = ofImage.get();
            FileNodes.changeOwner(etc, (int) like.owner(), (int) like.group());
            FileNodes.changeMode(etc, like.permissions());
            FileNodes.changeTimes(etc, like.modified(), like.modified());
        }
    }

    static String hosts(ContainerConfig config, HostConfig host, Names names) {
        List<String> lines = new ArrayList<>(List.of(
                "127.0.0.1\tlocalhost",
                "::1\tlocalhost ip6-localhost ip6-loopback",
                "fe00::\tip6-localnet",
                "ff00::\tip6-mcastprefix",
                "ff02::1\tip6-allnodes",
                "ff02::2\tip6-allrouters"));
        for (String extra : host.extraHosts() == null ? List.<String>of() : host.extraHosts()) {
            int colon = extra.indexOf(':');
            if (colon <= 0 || colon == extra.length() - 1) {
                throw new InvalidRequest("container.extra-host", "bad format for add-host: \"" + extra + "\"");
            }
            String address = extra.substring(colon + 1);
            if (address.equals(GATEWAY)) {
                if (names.gateway().isEmpty()) {
                    throw new InvalidRequest(
                            "container.extra-host",
                            "unable to derive the IP value for host-gateway: this engine has no default network");
                }
                address = names.gateway();
            }
            lines.add(address + "\t" + extra.substring(0, colon));
        }
        String full = config.domainname().isEmpty() ? "" : config.hostname() + "." + config.domainname() + " ";
        lines.add((names.address().isEmpty() ? "127.0.1.1" : names.address()) + "\t" + full + config.hostname());
        return String.join("\n", lines) + "\n";
    }
}
