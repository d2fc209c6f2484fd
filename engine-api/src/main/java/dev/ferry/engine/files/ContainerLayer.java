package dev.ferry.engine.files;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.files.WrittenFiles;
import java.io.IOException;
import java.util.Set;

/** What a container has written, without what the engine has. */
final class ContainerLayer implements AutoCloseable {
    /** Every container gets its own; an image that brought those of another would tell of that one. */
    private static final Set<String> OF_THE_ENGINE = Set.of("etc/hosts", "etc/hostname", "etc/resolv.conf");

    /** What init mounts upon, and makes where an image has it not. */
    private static final Set<String> SCAFFOLD =
            Set.of("dev", "dev/console", "dev/mqueue", "dev/pts", "dev/shm", "etc", "proc", "sys");

    private final Fd upper;
    private final WrittenFiles files;

    private ContainerLayer(Fd upper, WrittenFiles files) {
        this.upper = upper;
        this.files = files;
    }

    static ContainerLayer open(RootFilesystem.Overlay root) throws IOException {
        Fd upper = OpenFiles.open(root.upper(), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        return new ContainerLayer(upper, new WrittenFiles(upper, root.lower(), OF_THE_ENGINE, SCAFFOLD));
    }

    WrittenFiles files() {
        return files;
    }

    @Override
    public void close() {
        upper.close();
    }
}
