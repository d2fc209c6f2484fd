package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;

/** Signals, attributes of this process, and facts about the machine. */
public final class Processes {
    private Processes() {}

    /** Sends a signal by number; a negative pid means a process group. kill(2). Prefer {@link PidFd} where one is at hand. */
    public static void kill(int pid, int signal) throws SyscallException {
        OpenFiles.check(Libc.invoke(Syscall.KILL, pid, signal), Syscall.KILL, "pid " + pid + ", signal " + signal);
    }

    /** Sets or asks for an attribute of the calling thread or process. prctl(2) */
    public static long prctl(int option, long argument) throws SyscallException {
        return OpenFiles.check(
                Libc.invoke(Syscall.PRCTL, option, argument, 0, 0, 0),
                Syscall.PRCTL,
                "option " + option + ", " + argument);
    }

    /** Number of the calling thread. gettid(2) */
    public static int threadId() {
        return (int) Libc.invoke(Syscall.GETTID);
    }

    /** Effective user id of the calling thread; 0 is root. geteuid(2) */
    public static int effectiveUserId() {
        return (int) Libc.invoke(Syscall.GETEUID);
    }

    /** Clock ticks in a second, the unit of times in /proc. sysconf(3) */
    public static long clockTicksPerSecond() {
        return Libc.sysconf(ProcessConstants._SC_CLK_TCK);
    }

    /** Bytes of a memory page. sysconf(3) */
    public static long pageSize() {
        return Libc.sysconf(ProcessConstants._SC_PAGESIZE);
    }

    /** Processors that are on, of the whole machine: not what this JVM may use. sysconf(3) */
    public static long onlineProcessors() {
        return Libc.sysconf(ProcessConstants._SC_NPROCESSORS_ONLN);
    }
}
