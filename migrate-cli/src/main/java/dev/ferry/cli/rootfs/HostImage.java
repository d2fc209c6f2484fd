package dev.ferry.cli.rootfs;

import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An image to be made from the host: its files, and what its configuration says. Close it when the files have been sent. */
public final class HostImage implements AutoCloseable {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final HostRootfs rootfs;
    private final Optional<JavaRuntime> java;

    private HostImage(HostRootfs rootfs, Optional<JavaRuntime> java) {
        this.rootfs = rootfs;
        this.java = java;
    }

    /** @param programs where busybox or a shell is looked for */
    public static HostImage plan(List<Path> programs, boolean withJava) throws IOException {
        HostRootfs rootfs = HostRootfs.of(programs);
        if (!withJava) {
            return new HostImage(rootfs, Optional.empty());
        }
        JavaRuntime java = JavaRuntime.make();
        try {
            rootfs.addJava(java.directory());
            return new HostImage(rootfs, Optional.of(java));
        } catch (IOException | RuntimeException e) {
            java.close();
            throw e;
        }
    }

    /** The directories of {@code PATH}, then where tools that were provided for Ferry lie. */
    public static List<Path> programs(Invocation invocation) {
        List<Path> directories = new ArrayList<>();
        for (String directory : invocation.environment("PATH").split(":", -1)) {
            if (directory.startsWith("/")) {
                directories.add(Path.of(directory));
            }
        }
        String tools = invocation.environment("FERRY_TOOLS");
        if (tools.isEmpty()) {
            tools = System.getProperty("user.name").equals("root")
                    ? "/var/lib/ferry/tools"
                    : System.getProperty("user.home") + "/.local/share/ferry/tools";
        }
        directories.add(Path.of(tools, "bin"));
        directories.add(Path.of("/bin"));
        return directories;
    }

    public void add(Path source, String path) throws IOException {
        rootfs.addTree(source, path);
    }

    public RootfsPlan plan() {
        return rootfs.plan();
    }

    /** Instructions for the image's configuration. */
    public List<String> changes() {
        List<String> changes = new ArrayList<>(List.of("CMD [\"/bin/sh\"]"));
        if (java.isPresent()) {
            changes.add("ENV PATH=/opt/java/bin:" + PATH);
            changes.add("ENV JAVA_HOME=/opt/java");
        } else {
            changes.add("ENV PATH=" + PATH);
        }
        return changes;
    }

    /** Streams the files as a tar. */
    public void writeTo(OutputStream out) throws IOException {
        RootfsTar.write(rootfs.plan(), out);
    }

    @Override
    public void close() throws IOException {
        if (java.isPresent()) {
            java.get().close();
        }
    }
}
