package dev.ferry.runtime.linux.abi;

import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The structs that we exchange with the kernel, the same on x86_64 and aarch64; addresses are 64-bit words. */
public final class Layouts {

    // struct timespec { time_t tv_sec; long tv_nsec; };
    public static final Struct TIMESPEC =
            new Struct("struct timespec", "time.h", structLayout(s64("tv_sec"), s64("tv_nsec")));

    // struct timeval { time_t tv_sec; suseconds_t tv_usec; };
    public static final Struct TIMEVAL =
            new Struct("struct timeval", "sys/time.h", structLayout(s64("tv_sec"), s64("tv_usec")));

    // struct iovec { void *iov_base; size_t iov_len; };
    public static final Struct IOVEC =
            new Struct("struct iovec", "sys/uio.h", structLayout(u64("iov_base"), u64("iov_len")));

    // struct pollfd { int fd; short events; short revents; };
    public static final Struct POLLFD =
            new Struct("struct pollfd", "poll.h", structLayout(u32("fd"), u16("events"), u16("revents")));

    // struct clone_args { __aligned_u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
    //                     set_tid, set_tid_size, cgroup; };
    public static final Struct CLONE_ARGS = new Struct(
            "struct clone_args",
            "linux/sched.h",
            structLayout(
                    u64("flags"),
                    u64("pidfd"),
                    u64("child_tid"),
                    u64("parent_tid"),
                    u64("exit_signal"),
                    u64("stack"),
                    u64("stack_size"),
                    u64("tls"),
                    u64("set_tid"),
                    u64("set_tid_size"),
                    u64("cgroup")));

    // struct sock_fprog { unsigned short len; struct sock_filter *filter; };
    public static final Struct SOCK_FPROG = new Struct(
            "struct sock_fprog", "linux/filter.h", structLayout(u16("len"), paddingLayout(6), u64("filter")));

    // struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };
    public static final Struct SOCK_FILTER =
            new Struct("struct sock_filter", "linux/filter.h", structLayout(u16("code"), u8("jt"), u8("jf"), u32("k")));

    // struct msghdr { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
    //                 void *msg_control; size_t msg_controllen; int msg_flags; };
    public static final Struct MSGHDR = new Struct(
            "struct msghdr",
            "sys/socket.h",
            structLayout(
                    u64("msg_name"),
                    u32("msg_namelen"),
                    paddingLayout(4),
                    u64("msg_iov"),
                    u64("msg_iovlen"),
                    u64("msg_control"),
                    u64("msg_controllen"),
                    u32("msg_flags"),
                    paddingLayout(4)));

    // struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };
    public static final Struct CMSGHDR = new Struct(
            "struct cmsghdr", "sys/socket.h", structLayout(u64("cmsg_len"), u32("cmsg_level"), u32("cmsg_type")));

    // struct ucred { pid_t pid; uid_t uid; gid_t gid; };
    public static final Struct UCRED =
            new Struct("struct ucred", "sys/socket.h", structLayout(u32("pid"), u32("uid"), u32("gid")));

    // struct rusage { struct timeval ru_utime, ru_stime; long ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt,
    //                 ru_majflt, ru_nswap, ru_inblock, ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw,
    //                 ru_nivcsw; };
    public static final Struct RUSAGE = new Struct(
            "struct rusage",
            "sys/resource.h",
            structLayout(
                    TIMEVAL.layout().withName("ru_utime"),
                    TIMEVAL.layout().withName("ru_stime"),
                    s64("ru_maxrss"),
                    s64("ru_ixrss"),
                    s64("ru_idrss"),
                    s64("ru_isrss"),
                    s64("ru_minflt"),
                    s64("ru_majflt"),
                    s64("ru_nswap"),
                    s64("ru_inblock"),
                    s64("ru_oublock"),
                    s64("ru_msgsnd"),
                    s64("ru_msgrcv"),
                    s64("ru_nsignals"),
                    s64("ru_nvcsw"),
                    s64("ru_nivcsw")));

    // struct statfs { long f_type, f_bsize; fsblkcnt_t f_blocks, f_bfree, f_bavail; fsfilcnt_t f_files, f_ffree;
    //                 fsid_t f_fsid; long f_namelen, f_frsize, f_flags, f_spare[4]; };
    public static final Struct STATFS = new Struct(
            "struct statfs",
            "sys/statfs.h",
            structLayout(
                    s64("f_type"),
                    s64("f_bsize"),
                    u64("f_blocks"),
                    u64("f_bfree"),
                    u64("f_bavail"),
                    u64("f_files"),
                    u64("f_ffree"),
                    u64("f_fsid"),
                    s64("f_namelen"),
                    s64("f_frsize"),
                    s64("f_flags"),
                    sequenceLayout(4, ValueLayout.JAVA_LONG).withName("f_spare")));

    // struct inotify_event { int wd; uint32_t mask, cookie, len; char name[]; };
    public static final Struct INOTIFY_EVENT = new Struct(
            "struct inotify_event", "sys/inotify.h", structLayout(u32("wd"), u32("mask"), u32("cookie"), u32("len")));

    // struct winsize { unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel; };
    public static final Struct WINSIZE = new Struct(
            "struct winsize",
            "sys/ioctl.h",
            structLayout(u16("ws_row"), u16("ws_col"), u16("ws_xpixel"), u16("ws_ypixel")));

    // struct mount_attr { __u64 attr_set, attr_clr, propagation, userns_fd; };
    public static final Struct MOUNT_ATTR = new Struct(
            "struct mount_attr",
            "linux/mount.h",
            structLayout(u64("attr_set"), u64("attr_clr"), u64("propagation"), u64("userns_fd")));

    // struct ifreq { char ifr_name[16]; short ifr_flags; ... } of 40 bytes
    public static final Struct IFREQ = new Struct(
            "struct ifreq",
            "net/if.h",
            structLayout(
                    sequenceLayout(16, ValueLayout.JAVA_BYTE).withName("ifr_name"),
                    u16("ifr_flags"),
                    paddingLayout(22)));

    // struct rlimit { rlim_t rlim_cur, rlim_max; };
    public static final Struct RLIMIT =
            new Struct("struct rlimit", "sys/resource.h", structLayout(u64("rlim_cur"), u64("rlim_max")));

    /** All of them, for the audit against the C headers. */
    public static final List<Struct> ALL = List.of(
            TIMESPEC,
            TIMEVAL,
            IOVEC,
            POLLFD,
            CLONE_ARGS,
            SOCK_FPROG,
            SOCK_FILTER,
            MSGHDR,
            CMSGHDR,
            UCRED,
            RUSAGE,
            STATFS,
            INOTIFY_EVENT,
            WINSIZE,
            MOUNT_ATTR,
            IFREQ,
            RLIMIT);

    private Layouts() {}

    private static MemoryLayout u8(String name) {
        return ValueLayout.JAVA_BYTE.withName(name);
    }

    private static MemoryLayout u16(String name) {
        return ValueLayout.JAVA_SHORT.withName(name);
    }

    private static MemoryLayout u32(String name) {
        return ValueLayout.JAVA_INT.withName(name);
    }

    private static MemoryLayout u64(String name) {
        return ValueLayout.JAVA_LONG.withName(name);
    }

    private static MemoryLayout s64(String name) {
        return ValueLayout.JAVA_LONG.withName(name);
    }
}
