package dev.ferry.runtime.bundle;

import dev.ferry.runtime.capability.Capability;
import dev.ferry.runtime.mount.MountOptions;
import dev.ferry.runtime.oci.Features;
import dev.ferry.runtime.oci.LinuxSeccomp.Action;
import dev.ferry.runtime.oci.LinuxSeccomp.Arch;
import dev.ferry.runtime.oci.LinuxSeccomp.Flag;
import dev.ferry.runtime.oci.LinuxSeccomp.Operator;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What this runtime can do, on a host that can. */
public final class OwnFeatures {
    private static final String OLDEST = "1.0.0";

    private OwnFeatures() {}

    /** The document. */
    public static Features document() {
        List<Flag> flags = List.of(Flag.values());
        return new Features(
                OLDEST,
                Spec.VERSION,
                List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"),
                List.copyOf(MountOptions.names()),
                new Features.OnLinux(
                        List.of(NamespaceKind.values()),
                        Arrays.stream(Capability.values()).map(Capability::text).toList(),
                        new Features.Cgroups(true, true, true, false, false),
                        new Features.Seccomp(
                                true,
                                List.of(Action.values()),
                                List.of(Operator.values()),
                                List.of(Arch.values()),
                                flags,
                                flags),
                        new Features.Enabled(true),
                        new Features.Enabled(true),
                        new Features.Enabled(true),
                        new Features.Enabled(true),
                        new Features.MountExtensions(new Features.Enabled(true))),
                BundleCheckpoints.areThere() ? Map.of("org.opencontainers.runc.checkpoint.enabled", "true") : Map.of());
    }
}
