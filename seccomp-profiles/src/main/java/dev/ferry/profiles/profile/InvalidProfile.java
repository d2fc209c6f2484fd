package dev.ferry.profiles.profile;

import org.jspecify.annotations.Nullable;

/** A profile that cannot be used; the message says where and what to change. */
public final class InvalidProfile extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidProfile(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
