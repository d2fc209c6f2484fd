package dev.ferry.cli.rootfs;

import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plans a small root file system: the host's busybox with a link for each of its commands, else its shell and a few commands; the
 * libraries they need; users, groups and a folder for temporary files.
 */
public final class HostRootfs {
    /** Taken from a host without busybox. */
    private static final List<String> COMMANDS = List.of(
            "sh",
            "cat",
            "ls",
            "echo",
            "sleep",
            "env",
            "date",
            "mkdir",
            "rm",
            "rmdir",
            "cp",
            "mv",
            "ln",
            "true",
            "false",
            "printf",
            "head",
            "tail",
            "id",
            "uname",
            "kill",
            "stat",
            "dd",
            "touch",
            "chmod",
            "chown",
            "test",
            "seq",
            "sort",
            "wc",
            "tr",
            "cut",
            "grep",
            "sed",
            "hostname",
            "mount",
            "ps",
            "md5sum",
            "sha256sum",
            "sync",
            "df",
            "nproc",
            "tty");

    private final RootfsPlan plan = new RootfsPlan();
    private final List<Path> searched;
    private final SharedLibraries libraries;

    private HostRootfs(List<Path> searched) throws IOException {
        this.searched = searched;
        this.libraries = new SharedLibraries(plan);
    }

    /**
     * Plans the common part.
     *
     * @param searched where programs are looked for, in order
     * @throws Refusal when there is neither busybox nor a shell
     */
    public static HostRootfs of(List<Path> searched) throws IOException {
        HostRootfs rootfs = new HostRootfs(searched);
        rootfs.addTopLevel();
        Optional<Path> busybox = rootfs.find("busybox");
        if (busybox.isPresent()) {
            rootfs.addBusybox(busybox.get());
        } else {
            rootfs.addCommands();
        }
        return rootfs;
    }

    public RootfsPlan plan() {
        return plan;
    }

    /** Adds a Java runtime at {@code /opt/java}, with the libraries it needs. */
    public void addJava(Path runtime) throws IOException {
        addTree(runtime, "opt/java");
        libraries.addNeedsOfTree(runtime);
        // opened by the C library when a thread is cancelled
        libraries.addIfPresent("libgcc_s.so.1");
        plan.link("usr/bin/java", "/opt/java/bin/java");
    }

    /** Adds a file or a folder of the host. Links are copied as links. */
    public void addTree(Path source, String path) throws IOException {
        if (!Files.exists(source)) {
            throw new Refusal("'" + source + "' does not exist and can not be added to the image");
        }
        Path root = source.toRealPath();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                plan.directory(place(directory), mode(directory));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isSymbolicLink()) {
                    plan.link(place(file), Files.readSymbolicLink(file).toString());
                } else if (attributes.isRegularFile()) {
                    plan.copy(file, place(file), mode(file));
                }
                return FileVisitResult.CONTINUE;
            }

            private String place(Path file) {
                String below = root.relativize(file).toString();
                return below.isEmpty() ? path : path + "/" + below;
            }
        });
    }

    private void addTopLevel() throws IOException {
        plan.directory("usr/bin", 0755).directory("usr/sbin", 0755).directory("usr/lib", 0755);
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Path top = Path.of("/" + name);
            // the same links as on the host, because libraries are put where the host has them
            if (Files.isSymbolicLink(top)) {
                plan.directory("usr/" + name, 0755).link(name, "usr/" + name);
            } else {
                plan.directory(name, 0755);
            }
        }
        for (String name : List.of("dev", "etc", "home", "mnt", "opt", "proc", "run", "srv", "sys", "var", "var/log")) {
            plan.directory(name, 0755);
        }
        plan.directory("root", 0700)
                .directory("tmp", 01777)
                .directory("var/tmp", 01777)
                .link("var/run", "/run");
        plan.text(
                "etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
                0644);
        plan.text("etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n", 0644);
        plan.text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n", 0644);
    }

    private void addBusybox(Path busybox) throws IOException {
        plan.copy(busybox.toRealPath(), "bin/busybox", 0755);
        libraries.addNeedsOf(busybox);
        for (String applet : applets(busybox)) {
            String path = "bin/" + applet;
            if (!applet.isEmpty() && !applet.contains("/") && !plan.has(path)) {
                plan.link(path, "/bin/busybox");
            }
        }
    }

    private void addCommands() throws IOException {
        if (find("sh").isEmpty()) {
            throw new Refusal("neither busybox nor sh was found in " + searched
                    + ": install busybox, best a static one (Debian: apt-get install busybox-static)");
        }
        for (String name : COMMANDS) {
            Optional<Path> command = find(name);
            if (command.isPresent()) {
                plan.copy(command.get().toRealPath(), "bin/" + name, 0755);
                libraries.addNeedsOf(command.get());
            }
        }
    }

    private static List<String> applets(Path busybox) throws IOException {
        Process list = new ProcessBuilder(busybox.toString(), "--list")
                .redirectErrorStream(true)
                .start();
        String output = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (list.waitFor() != 0) {
                throw new Refusal("'" + busybox + " --list' failed: " + output.strip());
            }
        } catch (InterruptedException e) {
            list.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new Refusal("interrupted while asking busybox for its commands", e);
        }
        return output.lines().toList();
    }

    private Optional<Path> find(String program) {
        return searched.stream()
                .map(directory -> directory.resolve(program))
                .filter(p -> Files.isRegularFile(p) && Files.isExecutable(p))
                .findFirst();
    }

    private static int mode(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        int mode = 0;
        // in the order of the bits, owner's read first
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            mode = mode << 1 | (permissions.contains(permission) ? 1 : 0);
        }
        return mode;
    }
}
