package dev.ferry.runtime.bundle;

import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.Process;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which of the kernel's modules for mandatory access control a host has. Without its module a label would protect nobody, so it is refused.
 *
 * @param appArmor whether profiles can be applied
 * @param selinux whether labels can be
 */
record SecurityModules(boolean appArmor, boolean selinux) {
    private static final Path APPARMOR = Path.of("/sys/module/apparmor/parameters/enabled");
    private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

    static SecurityModules ofHost() {
        return new SecurityModules(isOn(APPARMOR), Files.exists(SELINUX));
    }

    private static boolean isOn(Path parameter) {
        try {
            return Files.readString(parameter).startsWith("Y");
        } catch (IOException noModule) {
            return false;
        }
    }

    /** Texts begin with runc's. */
    void require(@Nullable Process process, @Nullable Linux linux) throws RuntimeRefused {
        String profile = process == null ? null : process.apparmorProfile();
        if (isSet(profile) && !appArmor) {
            throw new RuntimeRefused(
                    "apparmor: config provided but apparmor not supported: profile \"%s\"; leave process.apparmorProfile out, or use a kernel with AppArmor"
                            .formatted(profile));
        }
        String label = process == null ? null : process.selinuxLabel();
        String mounts = linux == null ? null : linux.mountLabel();
        if ((isSet(label) || isSet(mounts)) && !selinux) {
            throw new RuntimeRefused(
                    "selinux label is specified in config, but selinux is disabled or not supported; leave process.selinuxLabel and linux.mountLabel out, or use a kernel with SELinux");
        }
    }

    private static boolean isSet(@Nullable String text) {
        return text != null && !text.isEmpty();
    }
}
