package dev.ferry.profiles.profile;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The profiles that come with Ferry.
 *
 * <dl>
 *   <dt>{@code builtin} (also {@code default})
 *   <dd>what Docker's users expect
 *   <dt>{@code checkpoint}
 *   <dd>the same without the calls whose results cannot be checkpointed. They answer as a kernel does that does not have them, so that
 *       programs fall back; {@code checkpoint.json} says for each why. It cannot help where there is nothing to fall back on: a task
 *       that has changed its root (chroot), a debugger at work, an overlay mounted inside.
 *   <dt>{@code unconfined}
 *   <dd>no filter
 * </dl>
 */
public final class ProfileLibrary {
    private static final SeccompProfile UNCONFINED = new SeccompProfile(
            "unconfined", "SCMP_ACT_ALLOW", null, List.of(), List.of(), List.of(), null, null, List.of());

    private ProfileLibrary() {}

    /** Docker's default. */
    public static SeccompProfile builtin() {
        return Builtin.PROFILE;
    }

    /** For containers that are to be checkpointed. */
    public static SeccompProfile checkpoint() {
        return Checkpoint.PROFILE;
    }

    /** No filter. */
    public static SeccompProfile unconfined() {
        return UNCONFINED;
    }

    /** The profile of one of the names above; a name that is none is probably a file's. */
    public static Optional<SeccompProfile> named(String name) {
        return switch (name) {
            case "builtin", "default" -> Optional.of(builtin());
            case "checkpoint" -> Optional.of(checkpoint());
            case "unconfined" -> Optional.of(unconfined());
            default -> Optional.empty();
        };
    }

    /** Read when it is first asked for. */
    private static final class Builtin {
        static final SeccompProfile PROFILE = load();

        private static SeccompProfile load() {
            try {
                return SeccompProfile.read(resource("default.json"), "default");
            } catch (InvalidProfile e) {
                throw new AssertionError("default.json is part of this module and always valid", e);
            }
        }
    }

    /** Read when it is first asked for. */
    private static final class Checkpoint {
        static final SeccompProfile PROFILE = load();

        private static SeccompProfile load() {
            try {
                return SeccompProfile.read(resource("checkpoint.json"), "checkpoint");
            } catch (InvalidProfile e) {
                throw new AssertionError("checkpoint.json is part of this module and always valid", e);
            }
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = ProfileLibrary.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError(name + " is part of this module");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(name + " is part of this module", e);
        }
    }
}
