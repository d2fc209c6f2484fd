package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ferry.runtime.linux.abi.IoctlRequests;
import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Questions and orders to devices. ioctl(2) */
public final class DeviceControl {
    private DeviceControl() {}

    /** Size of a terminal in characters. */
    public record WindowSize(int rows, int columns) {}

    /** Tells a terminal its size; its foreground processes get SIGWINCH. TIOCSWINSZ, ioctl_tty(2) */
    public static void resize(Fd terminal, WindowSize size) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment window = arena.allocate(Layouts.WINSIZE.layout());
            window.set(JAVA_SHORT, Layouts.WINSIZE.offset("ws_row"), (short) size.rows());
            window.set(JAVA_SHORT, Layouts.WINSIZE.offset("ws_col"), (short) size.columns());
            control(terminal, IoctlRequests.TIOCSWINSZ, "TIOCSWINSZ", window);
        }
    }

    /** The size that a terminal was told last. TIOCGWINSZ, ioctl_tty(2) */
    public static WindowSize windowSize(Fd terminal) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment window = arena.allocate(Layouts.WINSIZE.layout());
            control(terminal, IoctlRequests.TIOCGWINSZ, "TIOCGWINSZ", window);
            return new WindowSize(
                    window.get(JAVA_SHORT, Layouts.WINSIZE.offset("ws_row")) & 0xffff,
                    window.get(JAVA_SHORT, Layouts.WINSIZE.offset("ws_col")) & 0xffff);
        }
    }

    /** Bytes that lie in a pipe, socket or terminal and can be read without waiting. FIONREAD */
    public static int readableBytes(Fd fd) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            control(fd, IoctlRequests.FIONREAD, "FIONREAD", count);
            return count.get(JAVA_INT, 0);
        }
    }

    /** Whether whoever is at the other end of a unix socket has read all that was sent. SIOCOUTQ, which is TIOCOUTQ; unix(7) */
    public static boolean isAllRead(Fd socket) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            control(socket, IoctlRequests.TIOCOUTQ, "SIOCOUTQ", count);
            return count.get(JAVA_INT, 0) == 0;
        }
    }

    /** Switches an interface of the calling thread's network namespace on. SIOCSIFFLAGS, netdevice(7) */
    public static void switchOn(String networkInterface) throws SyscallException {
        long result = Libc.invoke(
                Syscall.SOCKET, SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM | SocketConstants.SOCK_CLOEXEC, 0);
        try (Fd socket = Fd.adopt((int) OpenFiles.check(result, Syscall.SOCKET, "AF_INET"));
                Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Layouts.IFREQ.layout());
            request.setString(0, networkInterface);
            long flags = Layouts.IFREQ.offset("ifr_flags");
            control(socket, IoctlRequests.SIOCGIFFLAGS, "SIOCGIFFLAGS " + networkInterface, request);
            request.set(JAVA_SHORT, flags, (short) (request.get(JAVA_SHORT, flags) | IoctlRequests.IFF_UP));
            control(socket, IoctlRequests.SIOCSIFFLAGS, "SIOCSIFFLAGS " + networkInterface, request);
        }
    }

    private static void control(Fd fd, int request, String what, MemorySegment argument) throws SyscallException {
        OpenFiles.check(
                Libc.invoke(Syscall.IOCTL, fd.number(), Integer.toUnsignedLong(request), argument.address()),
                Syscall.IOCTL,
                fd + ", " + what);
    }
}
