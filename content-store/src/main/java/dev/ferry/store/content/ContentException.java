package dev.ferry.store.content;

import java.io.IOException;

/** Content is missing, is not what it claims to be, or is kept by a newer Ferry than this one. */
public abstract sealed class ContentException extends IOException
        permits DigestMismatch, NoSuchContent, StateDamaged, StateTooNew {
    private static final long serialVersionUID = 1L;

    ContentException(String message) {
        super(message);
    }

    ContentException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A short word for logs and metrics that stays the same over versions. */
    public abstract String code();
}
