package dev.ferry.runtime.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A mount in the host's own tree for as long as a test needs it. */
record HostMount(Path at) implements AutoCloseable {
    static HostMount tmpfs(Path at) throws IOException {
        run("mount", "-t", "tmpfs", "none", at.toString());
        return new HostMount(at);
    }

    /** A directory that is a mount with peers. */
    static HostMount shared(Path at) throws IOException {
        run("mount", "--bind", at.toString(), at.toString());
        HostMount mount = new HostMount(at);
        run("mount", "--make-private", at.toString());
        run("mount", "--make-shared", at.toString());
        return mount;
    }

    @Override
    public void close() throws IOException {
        run("umount", at.toString());
    }

    private static void run(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(command + ": " + said);
        }
    }
}
