package dev.ferry.runtime.bundle;

import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Process;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What no container can be made of, told before anything is made. Texts are runc's where its callers read them. */
final class Refusals {
    private static final int LONGEST_ID = 1024;

    private Refusals() {}

    static void requireUsable(String id) throws RuntimeRefused {
        if (!id.matches("[\\w+-][\\w+.-]{0," + (LONGEST_ID - 1) + "}")) {
            throw new RuntimeRefused(
                    "invalid container ID format: \"%s\"; use letters, digits and _ + . -".formatted(id));
        }
    }

    /** A configuration may have none, as long as nobody starts it. runtime.md, "Create" */
    static void requireProgram(@Nullable Process process) throws RuntimeRefused {
        if (process == null) {
            return;
        }
        if (process.args().isEmpty()) {
            throw new RuntimeRefused("args must not be empty; name a program in process.args");
        }
        if (!process.cwd().startsWith("/")) {
            throw new RuntimeRefused(
                    "Cwd must be an absolute path, and process.cwd is \"%s\"".formatted(process.cwd()));
        }
    }

    /** What a checkpoint does not bring back. */
    static void requireRestorable(@Nullable Linux linux) throws RuntimeRefused {
        if (linux == null) {
            return;
        }
        List<String> fields = new ArrayList<>();
        if (!linux.netDevices().isEmpty()) {
            fields.add("linux.netDevices");
        }
        if (linux.intelRdt() != null) {
            fields.add("linux.intelRdt");
        }
        if (!fields.isEmpty()) {
            throw new RuntimeRefused(
                    "a container cannot be restored with %s; leave that out of its configuration, and give it what it names yourself"
                            .formatted(String.join(" and ", fields)));
        }
    }

    static void requireMaps(@Nullable Linux linux) throws RuntimeRefused {
        if (linux == null) {
            return;
        }
        boolean maps = !linux.uidMappings().isEmpty() && !linux.gidMappings().isEmpty();
        boolean none = linux.uidMappings().isEmpty() && linux.gidMappings().isEmpty();
        Optional<LinuxNamespace> own = linux.namespace(NamespaceKind.USER);
        if (own.isPresent() && own.get().path() == null && !maps) {
            throw new RuntimeRefused(
                    "user namespaces enabled, but no mappings found; set linux.uidMappings and linux.gidMappings");
        }
        if (own.isEmpty() && !none) {
            throw new RuntimeRefused(
                    "linux.uidMappings without a user namespace; add {\"type\": \"user\"} to linux.namespaces, or leave them out");
        }
        if (linux.timeOffsets() != null && linux.namespace(NamespaceKind.TIME).isEmpty()) {
            throw new RuntimeRefused(
                    "linux.timeOffsets without a time namespace; add {\"type\": \"time\"} to linux.namespaces, or leave them out");
        }
    }

    static void requireConsole(@Nullable Process process, BundleRuntime.Options options) throws RuntimeRefused {
        boolean terminal = process != null && process.terminal();
        if (terminal && options.console().isEmpty()) {
            throw new RuntimeRefused(
                    "cannot allocate tty if runc will detach without setting console socket; name one with --console-socket");
        }
        if (!terminal && options.console().isPresent()) {
            throw new RuntimeRefused(
                    "cannot use console socket if runc will not detach or allocate tty; set process.terminal, or leave it out");
        }
    }
}
