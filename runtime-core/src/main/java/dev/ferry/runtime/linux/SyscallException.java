package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Syscall;
import java.io.IOException;
import java.io.Serial;

/** The kernel refused a call: which call, on what, and why. */
public final class SyscallException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String syscall;
    private final String arguments;
    private final Errno errno;

    /** A refusal. {@code arguments} is for people: what the call was about, objects in quotes. */
    public SyscallException(String syscall, String arguments, Errno errno) {
        super(syscall + "(" + arguments + "): " + errno + " (" + errno.text() + ")");
        this.syscall = syscall;
        this.arguments = arguments;
        this.errno = errno;
    }

    /** From the kernel's own convention: {@code result} is minus the error number. */
    public static SyscallException of(Syscall call, long result, String arguments) {
        return new SyscallException(call.kernelName(), arguments, Errno.of((int) -result));
    }

    /** The call's name, as in its man page. */
    public String syscall() {
        return syscall;
    }

    /** What the call was about. */
    public String arguments() {
        return arguments;
    }

    /** The kernel's reason. */
    public Errno errno() {
        return errno;
    }

    /** Whether the kernel's reason is this one. */
    public boolean is(Errno reason) {
        return errno == reason;
    }
}
