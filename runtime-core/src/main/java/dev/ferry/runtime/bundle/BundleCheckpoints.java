package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Saves the processes of a bundle's container as files, and makes processes of such files: what {@code checkpoint} and {@code restore} need
 * and this module does not have. Whoever has it is found on the class path, and only when one of these verbs is called.
 *
 * <p>The files are those that runc makes: a directory of CRIU's images, with {@code descriptors.json} beside them.
 */
public interface BundleCheckpoints {
    /**
     * The one that there is.
     *
     * @throws RuntimeRefused when there is none
     */
    static BundleCheckpoints find() throws RuntimeRefused {
        return ServiceLoader.load(BundleCheckpoints.class)
                .findFirst()
                .orElseThrow(
                        () -> new RuntimeRefused(
                                "this runtime has no part that speaks to CRIU; put the jar \"criu-bridge\" on its class path, as ./ferry does"));
    }

    /** Whether there is one. */
    static boolean areThere() {
        return ServiceLoader.load(BundleCheckpoints.class).stream().findAny().isPresent();
    }

    /**
     * A container to save.
     *
     * @param directory of its state
     * @param descriptors what its standard descriptors were when it was made
     * @param states the directory of all states
     */
    record Running(
            String id,
            Path directory,
            ProcessId init,
            Spec spec,
            Cgroup cgroup,
            List<String> descriptors,
            Path states) {
        public Running {
            descriptors = List.copyOf(descriptors);
        }
    }

    /**
     * A container to bring back.
     *
     * @param directory of its state; exists
     * @param root its root file system, absolute
     * @param cgroup made for it
     * @param console the socket that is sent the terminal's master; empty without a terminal
     * @param states the directory of all states
     */
    record Gone(String id, Path directory, Spec spec, Path root, Cgroup cgroup, Optional<Path> console, Path states) {}

    /** Hears of a container that comes back. What it throws calls the restore off. */
    interface Witness {
        /** Its namespaces are there and nothing is in them. */
        void namespacesMade(int pid) throws IOException;

        /** Everything is in place and nothing runs yet: the last moment at which it can be called off. */
        void restored(int pid) throws IOException;
    }

    /**
     * Saves a container. It ends with that, unless it is to be left running; if anything fails it runs on, and nothing new is left in the
     * directory of images.
     *
     * @throws RuntimeRefused with the cause, the remedy and the log
     */
    void checkpoint(Running container, CheckpointFlags flags) throws RuntimeRefused, IOException;

    /**
     * Brings a container back as a child of this process, with its standard descriptors; returns its process id. Nothing of it runs when it
     * fails, and the images are as they were.
     *
     * @throws RuntimeRefused with the cause, the remedy and the log
     */
    int restore(Gone container, CheckpointFlags flags, Witness witness) throws RuntimeRefused, IOException;

    /** A directory in that of a container's state in which CRIU is named while it is at work. Without it there is no CRIU. */
    String CRIU = "criu";

    /**
     * Ends the CRIU of a call that died. It has given up by itself, unless it serves pages: then it waits for somebody to fetch them.
     *
     * @param directory of a container's state
     */
    void end(Path directory, Cgroup cgroup) throws IOException;

    /** Whether CRIU is at work on a container. */
    boolean isAtWork(Path directory) throws IOException;
}
