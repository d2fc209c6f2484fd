package dev.ferry.runtime.linux.abi;

import java.util.Arrays;
import java.util.Optional;

/**
 * The processors that we have numbers for.
 *
 * <p>Of all that the other classes here name, x86_64 and aarch64 disagree on two things only: the numbers of the calls, and the
 * bits of open(2) that 32-bit ARM once gave other meanings. Structs, errnos, signals, requests of ioctl(2) and the flags of every
 * other call are the generic ones on both.
 */
public enum Architecture {
    /** arch/x86/include/uapi/asm/fcntl.h, which is asm-generic/fcntl.h without a change. */
    X86_64("amd64", 0200000, 0400000),

    /** arch/arm64/include/uapi/asm/fcntl.h: four bits (the others are O_DIRECT and O_LARGEFILE), the rest generic. */
    AARCH64("aarch64", 0040000, 0100000);

    private static final String NAME_HERE = System.getProperty("os.arch", "");
    private static final Optional<Architecture> HERE = named(NAME_HERE);

    private final String javaName;
    private final int directoryFlag;
    private final int noFollowFlag;

    Architecture(String javaName, int directoryFlag, int noFollowFlag) {
        this.javaName = javaName;
        this.directoryFlag = directoryFlag;
        this.noFollowFlag = noFollowFlag;
    }

    /**
     * That of this machine.
     *
     * @throws UnsupportedOperationException on one whose numbers we do not have: any call made with those of another would be
     *     some other call
     */
    public static Architecture host() {
        return HERE.orElseThrow(() -> new UnsupportedOperationException("no system call numbers for the processor \""
                + NAME_HERE + "\": Ferry runs on x86_64 (amd64) and aarch64"));
    }

    /** By the name that Java has for it ({@code os.arch}). */
    static Optional<Architecture> named(String javaName) {
        return Arrays.stream(values())
                .filter(known -> known.javaName.equals(javaName))
                .findFirst();
    }

    /** The number of a call. */
    public int numberOf(Syscall call) {
        return switch (this) {
            case X86_64 -> call.x86_64();
            case AARCH64 -> call.aarch64();
        };
    }

    /** O_DIRECTORY. open(2) */
    public int directoryFlag() {
        return directoryFlag;
    }

    /** O_NOFOLLOW. open(2) */
    public int noFollowFlag() {
        return noFollowFlag;
    }
}
