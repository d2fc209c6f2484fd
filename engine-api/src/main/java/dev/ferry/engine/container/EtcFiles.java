package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.engine.error.InvalidRequest;
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

    private EtcFiles() {}

    static void write(RootFilesystem.Overlay root, ContainerConfig config, HostConfig host) throws IOException {
        Path etc = root.upper().resolve("etc");
        if (!Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(etc);
        }
        Files.writeString(etc.resolve("hostname"), config.hostname() + "\n");
        Files.writeString(etc.resolve("hosts"), hosts(config, host));
        Files.writeString(etc.resolve("resolv.conf"), resolvers(host));
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

    static String hosts(ContainerConfig config, HostConfig host) {
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
            lines.add(extra.substring(colon + 1) + "\t" + extra.substring(0, colon));
        }
        String full = config.domainname().isEmpty() ? "" : config.hostname() + "." + config.domainname() + " ";
        lines.add("127.0.1.1\t" + full + config.hostname());
        return String.join("\n", lines) + "\n";
    }

    private static String resolvers(HostConfig host) throws IOException {
        List<String> lines = new ArrayList<>();
        host.dns().forEach(server -> lines.add("nameserver " + server));
        if (!host.dnsSearch().isEmpty()) {
            lines.add("search " + String.join(" ", host.dnsSearch()));
        }
        if (!host.dnsOptions().isEmpty()) {
            lines.add("options " + String.join(" ", host.dnsOptions()));
        }
        Path ofHost = Path.of("/etc/resolv.conf");
        if (lines.isEmpty() && host.networkMode().equals("host") && Files.isReadable(ofHost)) {
            return Files.readString(ofHost);
        }
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
