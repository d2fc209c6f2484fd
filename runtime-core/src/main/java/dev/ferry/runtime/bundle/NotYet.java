package dev.ferry.runtime.bundle;

import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a configuration may ask for and this runtime does not do: it is refused, for a container that lacks it would be another one. */
final class NotYet {
    private NotYet() {}

    /** The fields in question; empty when all of it is done. */
    static List<String> in(Spec spec) {
        List<String> fields = new ArrayList<>();
        process(fields, spec.process());
        linux(fields, spec.linux());
        return fields;
    }

    /** The same of a process to add. */
    static List<String> in(Process process) {
        List<String> fields = new ArrayList<>();
        process(fields, process);
        return fields;
    }

    private static void process(List<String> fields, @Nullable Process process) {
        if (process == null) {
            return;
        }
        add(fields, isSet(process.apparmorProfile()), "process.apparmorProfile");
        add(fields, isSet(process.selinuxLabel()), "process.selinuxLabel");
    }

    private static void linux(List<String> fields, @Nullable Linux linux) {
        if (linux == null) {
            return;
        }
        add(fields, !linux.netDevices().isEmpty(), "linux.netDevices");
        add(fields, linux.intelRdt() != null, "linux.intelRdt");
        add(fields, isSet(linux.mountLabel()), "linux.mountLabel");
    }

    private static boolean isSet(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static void add(List<String> fields, boolean asked, String field) {
        if (asked) {
            fields.add(field);
        }
    }
}
