package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes how a process gets the AppArmor profile and the SELinux label that its program is to run under. The files for it are opened in the host's
 * {@code /proc}, as a container's own may be an image's and anything, and written at the end, when only the program is still to come.
 */
final class LabelText {
    private final Calls calls;
    private final ProgramBuilder p;
    private final String profile;
    private final String label;
    private Optional<Cell> hostProc = Optional.empty();
    private Optional<Cell> forProfile = Optional.empty();
    private Optional<Cell> forLabel = Optional.empty();

    LabelText(Calls calls, Process process) {
        this.calls = calls;
        this.p = calls.program();
        this.profile = text(process.apparmorProfile());
        this.label = text(process.selinuxLabel());
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    /** The options of a mount whose files have a label. */
    static String context(String data, @Nullable String mountLabel) {
        if (mountLabel == null || mountLabel.isEmpty()) {
            return data;
        }
        String context = "context=\"" + mountLabel + "\"";
        return data.isEmpty() ? context : data + "," + context;
    }

    /** Before the host's {@code /proc} is out of reach, by a process whose child will be labelled. */
    void keepHostProc() {
        if (!profile.isEmpty() || !label.isEmpty()) {
            Cell kept = p.cell("host's /proc");
            calls.open("/proc", Calls.O_PATH | Calls.O_DIRECTORY, kept);
            hostProc = Optional.of(kept);
        }
    }

    /** By the process itself, for nobody else may write them. */
    void open() {
        if (!profile.isEmpty()) {
            Cell file = p.cell("AppArmor profile");
            Label opened = p.label("AppArmor's file is open");
            // before Linux 5.8 there was one file for all modules
            attribute("attr/apparmor/exec", file).ifPositive(opened);
            attribute("attr/exec", file);
            p.at(opened);
            forProfile = Optional.of(file);
        }
        if (!label.isEmpty()) {
            Cell file = p.cell("SELinux label");
            attribute("attr/exec", file);
            forLabel = Optional.of(file);
        }
        hostProc.ifPresent(calls::close);
    }

    private dev.ferry.runtime.spawn.StepDraft attribute(String name, Cell into) {
        boolean fallsBack = name.contains("apparmor");
        Object directory = hostProc.isPresent() ? hostProc.get() : Calls.AT_FDCWD;
        String path = (hostProc.isPresent() ? "" : "/proc/") + "self/" + name;
        var step = p.call("open \"" + name + "\"", Syscall.OPENAT, directory, path, Calls.O_WRONLY | Calls.O_CLOEXEC, 0)
                .to(into);
        return fallsBack ? step.tolerating(Errno.ENOENT) : step;
    }

    /** For the program to come. */
    void apply() {
        forProfile.ifPresent(file -> write("apply the AppArmor profile \"" + profile + "\"", file, "exec " + profile));
        forLabel.ifPresent(file -> write("apply the SELinux label \"" + label + "\"", file, label));
    }

    private void write(String what, Cell file, String text) {
        p.call(what, Syscall.WRITE, file, text, Calls.bytes(text));
        calls.close(file);
    }
}
