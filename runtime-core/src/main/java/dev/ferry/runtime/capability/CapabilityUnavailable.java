package dev.ferry.runtime.capability;

/** A capability that exists and that this host, or the environment the engine runs in, cannot give. */
public final class CapabilityUnavailable extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    CapabilityUnavailable(String capability) {
        super("capability not supported by the kernel or not available in the current environment: \"%s\""
                .formatted(capability));
    }
}
