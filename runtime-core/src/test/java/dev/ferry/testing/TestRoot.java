package dev.ferry.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A root file system for kernel tests: the host's busybox under all its names, the usual empty directories, a user database.
 * The busybox may be linked statically or not; libraries it needs are copied along.
 */
public final class TestRoot {
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+)\\s+\\(0x");

    private TestRoot() {}

    /** Where this host has a busybox: on PATH, or in {@code /bin}. */
    public static Optional<Path> busybox() {
        var folders = new ArrayList<String>();
        String path = System.getenv("PATH");
        if (path != null) {
            folders.addAll(List.of(path.split(":")));
        }
        folders.add("/bin");
        return folders.stream()
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, "busybox"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Makes a root in a directory that exists or not.
     *
     * @return the directory
     */
    public static Path makeIn(Path directory) throws IOException, InterruptedException {
        Path source = busybox().orElseThrow(() -> new IOException("this host has no busybox; install busybox-static"));
        for (String folder :
                List.of("bin", "sbin", "usr/bin", "etc", "proc", "sys", "dev", "tmp", "root", "var", "home")) {
            Files.createDirectories(directory.resolve(folder));
        }
        Path busybox = directory.resolve("bin/busybox");
        Files.copy(source, busybox, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        Matcher library = LIBRARY.matcher(output("ldd", source.toString()));
        while (library.find()) {
            Path inside = directory.resolve(library.group(1).substring(1));
            Files.createDirectories(inside.getParent());
            Files.copy(Path.of(library.group(1)), inside, StandardCopyOption.REPLACE_EXISTING);
        }
        for (String applet : output(source.toString(), "--list").lines().toList()) {
            Path link = directory.resolve("bin").resolve(applet);
            if (!applet.isBlank() && !Files.exists(link)) {
                Files.createSymbolicLink(link, Path.of("busybox"));
            }
        }
        Files.writeString(
                directory.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n");
        Files.writeString(directory.resolve("etc/group"), "root:x:0:\nnobody:x:65534:\n");
        return directory;
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }
}
