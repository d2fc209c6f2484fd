package dev.ferry.engine.container;

import dev.ferry.api.model.container.BindOptions;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Mount;
import dev.ferry.api.model.container.TmpfsOptions;
import dev.ferry.api.model.container.VolumeOptions;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.volume.VolumeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What may be asked of a container's mounts. */
final class MountRules {
    private MountRules() {}

    static void check(HostConfig host) {
        if (host.binds() != null) {
            host.binds().forEach(BindSpec::parse);
        }
        host.mounts().forEach(MountRules::check);
        if (!List.of("", "local").contains(host.volumeDriver())) {
            VolumeService.requireDriver(host.volumeDriver(), "");
        }
        if (!host.storageOpt().isEmpty()) {
            throw no("a size limit of the writable layer", "leave --storage-opt out");
        }
        for (String path : host.tmpfs().keySet()) {
            if (!path.startsWith("/")) {
                throw new InvalidRequest(
                        "container.tmpfs", "invalid mount path: '" + path + "' mount path must be absolute");
            }
        }
    }

    private static void check(Mount mount) {
        if (!mount.target().startsWith("/")) {
            throw invalid(mount, "invalid mount path: '" + mount.target() + "' mount path must be absolute");
        }
        if (Path.of(mount.target()).normalize().equals(Path.of("/"))) {
            throw invalid(mount, "invalid specification: destination can't be '/'");
        }
        switch (mount.type()) {
            case "bind" -> bind(mount);
            case "tmpfs" -> tmpfs(mount);
            case "volume" -> volume(mount);
            case "image" -> throw no("a mounted image", "copy what is needed into a directory and bind it");
            default -> throw new InvalidRequest("container.mount", "mount type \"" + mount.type() + "\" unknown");
        }
    }

    private static void bind(Mount mount) {
        BindSpec bind = BindSpec.of(mount);
        BindOptions options = mount.bindOptions();
        if (options != null) {
            if (options.readOnlyNonRecursive() && options.readOnlyForceRecursive()) {
                throw invalid(mount, "ReadOnlyNonRecursive and ReadOnlyForceRecursive contradict each other");
            }
            if ((options.readOnlyNonRecursive() || options.readOnlyForceRecursive()) && !mount.readOnly()) {
                throw invalid(mount, "ReadOnlyNonRecursive and ReadOnlyForceRecursive need ReadOnly");
            }
            if (options.readOnlyForceRecursive() && options.nonRecursive()) {
                throw invalid(mount, "ReadOnlyForceRecursive and NonRecursive contradict each other");
            }
        }
        if (!bind.create() && !Files.exists(Path.of(bind.source()))) {
            throw invalid(mount, "bind source path does not exist: " + bind.source());
        }
    }

    private static void tmpfs(Mount mount) {
        if (!mount.source().isEmpty()) {
            throw invalid(mount, "field Source must not be specified");
        }
        TmpfsOptions options = mount.tmpfsOptions();
        if (options != null && options.sizeBytes() < 0) {
            throw invalid(mount, "size must not be negative");
        }
        if (options != null) {
            for (List<String> option : options.options()) {
                if (option.isEmpty() || option.size() > 2 || option.getFirst().isEmpty()) {
                    throw invalid(mount, "invalid option array length");
                }
            }
        }
    }

    private static void volume(Mount mount) {
        if (!mount.source().isEmpty()) {
            VolumeService.checked(mount.source());
        }
        VolumeOptions options = mount.volumeOptions();
        if (options == null) {
            return;
        }
        if (options.driverConfig() != null) {
            VolumeService.requireDriver(options.driverConfig().name(), mount.source());
        }
        String part = options.subpath();
        if (part.startsWith("/") || List.of(part.split("/", -1)).contains("..")) {
            throw invalid(mount, "subpath must be a relative path within the volume");
        }
        if (!part.isEmpty() && mount.source().isEmpty()) {
            throw invalid(mount, "must not set Subpath when using anonymous volumes");
        }
    }

    private static InvalidRequest invalid(Mount mount, String why) {
        return new InvalidRequest("container.mount", "invalid mount config for type \"" + mount.type() + "\": " + why);
    }

    private static Unsupported no(String what, String remedy) {
        return new Unsupported("container.unsupported", what + " is not supported by this engine: " + remedy);
    }
}
