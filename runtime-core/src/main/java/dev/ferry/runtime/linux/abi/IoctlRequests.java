package dev.ferry.runtime.linux.abi;

/** ioctl(2) requests; asm-generic/ioctls.h, linux/sockios.h. */
public final class IoctlRequests {
    public static final int TIOCSCTTY = 0x540E;
    public static final int TIOCOUTQ = 0x5411;
    public static final int TIOCGWINSZ = 0x5413;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int FIONREAD = 0x541B;
    public static final int TIOCGPTN = 0x80045430;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCGPTPEER = 0x5441;
    public static final int SIOCGIFFLAGS = 0x8913;
    public static final int SIOCSIFFLAGS = 0x8914;
    public static final int IFF_UP = 0x1;
    public static final int IFF_RUNNING = 0x40;

    private IoctlRequests() {}
}
