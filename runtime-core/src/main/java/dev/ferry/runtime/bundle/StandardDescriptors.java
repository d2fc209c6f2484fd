package dev.ferry.runtime.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a process has at 0, 1 and 2. */
final class StandardDescriptors {
    private StandardDescriptors() {}

    /** As /proc names them: {@code pipe:[4711]}, {@code /dev/null}; empty where there is none. */
    static List<String> of(int pid) {
        List<String> names = new ArrayList<>();
        for (int fd = 0; fd <= 2; fd++) {
            String name = "";
            try {
                name = Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "fd", Integer.toString(fd)))
                        .toString();
            } catch (IOException closed) {
                // so it has none
            }
            names.add(name);
        }
        return names;
    }
}
