package dev.ferry.runtime.linux.abi;

/** open(2), *at(2) and statx(2) flags of this machine; asm-generic/fcntl.h, linux/fcntl.h, and {@link Architecture} for those that are not generic. */
public final class OpenFlags {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DIRECTORY = Architecture.host().directoryFlag();
    public static final int O_NOFOLLOW = Architecture.host().noFollowFlag();
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;
    /** With O_DIRECTORY in it, so that kernels which do not know it refuse it. */
    public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

    public static final int AT_FDCWD = -100;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_REMOVEDIR = 0x200;
    public static final int AT_SYMLINK_FOLLOW = 0x400;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_RECURSIVE = 0x8000;
    public static final int RENAME_NOREPLACE = 1;

    private OpenFlags() {}
}
