package dev.ferry.cli.rootfs;

import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the libraries a program needs where the host's loader finds them, ld.so(8), and puts each at the same path in the root file
 * system, the loader included. Files are read, never executed.
 */
final class SharedLibraries {
    private static final List<String> TRUSTED = List.of("/lib64", "/usr/lib64", "/lib", "/usr/lib");

    private final RootfsPlan plan;
    private final List<Path> directories;
    private final Set<Path> done = new HashSet<>();

    SharedLibraries(RootfsPlan plan) throws IOException {
        this.plan = plan;
        this.directories = directories();
    }

    /** Adds what a program or library needs. */
    void addNeedsOf(Path file) throws IOException {
        addNeedsOf(file, Set.of());
    }

    /** Adds what the programs and libraries of a tree need beyond the tree itself. */
    void addNeedsOfTree(Path tree) throws IOException {
        Set<String> own = new HashSet<>();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(tree)) {
            all.filter(Files::isRegularFile).forEach(file -> {
                own.add(file.getFileName().toString());
                if (file.getFileName().toString().contains(".so") || Files.isExecutable(file)) {
                    files.add(file);
                }
            });
        }
        for (Path file : files) {
            addNeedsOf(file, own);
        }
    }

    private void addNeedsOf(Path file, Set<String> own) throws IOException {
        Deque<Path> open = new ArrayDeque<>(List.of(file));
        while (!open.isEmpty()) {
            Path next = open.pop();
            if (!done.add(next.toRealPath())) {
                continue;
            }
            Optional<ElfFile> elf = ElfFile.read(next);
            if (elf.isEmpty()) {
                continue;
            }
            String interpreter = elf.get().interpreter();
            if (interpreter != null) {
                place(Path.of(interpreter));
            }
            for (String name : elf.get().needed()) {
                if (!own.contains(name)) {
                    Path found = find(name, elf.get(), next)
                            .orElseThrow(() -> new Refusal("library '" + name + "', needed by '" + next
                                    + "', is not on this host: install it"));
                    place(found);
                    open.push(found);
                }
            }
        }
    }

    /** A library by name, if the host has it: for those that are opened at run time only. */
    void addIfPresent(String name) throws IOException {
        for (Path directory : directories) {
            Path candidate = directory.resolve(name);
            if (Files.isRegularFile(candidate)) {
                place(candidate);
                addNeedsOf(candidate);
                return;
            }
        }
    }

    private Optional<Path> find(String name, ElfFile elf, Path by) {
        String origin = String.valueOf(by.getParent());
        return Stream.concat(
                        elf.searched().stream()
                                .map(d -> Path.of(d.replace("${ORIGIN}", origin).replace("$ORIGIN", origin))),
                        directories.stream())
                .map(directory -> directory.resolve(name).normalize())
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private void place(Path library) throws IOException {
        Path parent = library.getParent();
        Path directory = (parent == null ? Path.of("/") : parent).toRealPath();
        String path = directory.resolve(library.getFileName()).toString().substring(1);
        plan.copy(library.toRealPath(), path, 0755);
    }

    /** The loader's own directories last, those of its configuration first; ldconfig(8). */
    private static List<Path> directories() throws IOException {
        Set<Path> directories = new LinkedHashSet<>();
        read(Path.of("/etc/ld.so.conf"), directories);
        for (String trusted : TRUSTED) {
            Path directory = Path.of(trusted);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> triplets = Files.list(directory)) {
                    triplets.filter(p -> p.getFileName().toString().endsWith("-linux-gnu") && Files.isDirectory(p))
                            .sorted()
                            .forEach(directories::add);
                }
                directories.add(directory);
            }
        }
        return new ArrayList<>(directories);
    }

    private static void read(Path configuration, Set<Path> directories) throws IOException {
        if (!Files.isReadable(configuration)) {
            return;
        }
        for (String line : Files.readAllLines(configuration)) {
            String entry = line.replaceFirst("#.*", "").strip();
            if (entry.startsWith("include")) {
                Path pattern = Path.of("/etc")
                        .resolve(entry.substring("include".length()).strip());
                Path folder = pattern.getParent();
                if (folder != null && Files.isDirectory(folder)) {
                    try (var files = Files.newDirectoryStream(
                            folder, pattern.getFileName().toString())) {
                        for (Path file : files) {
                            read(file, directories);
                        }
                    }
                }
            } else if (!entry.isEmpty() && Files.isDirectory(Path.of(entry))) {
                directories.add(Path.of(entry));
            }
        }
    }
}
