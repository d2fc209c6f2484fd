package dev.ferry.network.netlink;

import dev.ferry.runtime.linux.Errno;
import java.io.IOException;
import java.io.Serial;

/** The kernel refused what a message asked for: what that was, and why. */
public final class NetlinkException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final Errno errno;

    private NetlinkException(String message, Errno errno) {
        super(message);
        this.errno = errno;
    }

    /**
     * A refusal.
     *
     * @param about what was asked for: {@code make bridge "ferry0"}
     * @param sentence the kernel's own, or empty
     */
    static NetlinkException refused(String about, Errno errno, String sentence) {
        return new NetlinkException(
                "cannot " + about + ": " + errno + " (" + (sentence.isEmpty() ? errno.text() : sentence) + ")", errno);
    }

    /** An answer that is no answer. */
    static NetlinkException damaged(String what) {
        return new NetlinkException("the kernel's answer over netlink cannot be read: " + what, Errno.UNKNOWN);
    }

    /** Whether the kernel's reason is this one. */
    public boolean is(Errno reason) {
        return errno == reason;
    }

    /** The kernel's reason. */
    public Errno errno() {
        return errno;
    }
}
