package dev.ferry.criu;

/**
 * The reasons for which CRIU, or Ferry's own preflight, refuses a container. The same words are used before a checkpoint is tried and after
 * CRIU refused it, so that a script need not know who found out.
 */
public enum Refusal {
    IO_URING(
            "io-uring",
            "a process uses io_uring, which CRIU cannot save",
            "stop the process or switch its io_uring use off"),
    SECRET_MEMORY("secret-memory", "a process holds secret memory (memfd_secret)", "stop the process that holds it"),
    MESSAGE_QUEUE("message-queue", "a process has a POSIX message queue open", "close the queue before the checkpoint"),
    USERFAULTFD("userfaultfd", "a process has a userfaultfd open", "stop the process that uses it"),
    BPF("bpf", "a process has a BPF object open", "stop the process that uses it"),
    PERF_EVENT("perf-event", "a process has a perf event open", "stop the profiler inside the container"),
    SECCOMP_NOTIFY(
            "seccomp-notify",
            "a process holds a seccomp notification descriptor",
            "stop the supervising process inside the container"),
    LANDLOCK(
            "landlock",
            "a process uses landlock, which would be lost silently at restore",
            "run the program without landlock"),
    SPECIAL_FILE(
            "special-file",
            "a process has a kind of file open that CRIU cannot save",
            "close the file before the checkpoint"),
    VSOCK("vsock", "a process has a vsock socket open", "close the socket before the checkpoint"),
    TRACED("traced", "a process of the container is being traced", "detach the debugger before the checkpoint"),
    NESTED_PID_NAMESPACE(
            "nested-pid-namespace", "a process lives in a nested pid namespace", "stop the nested container first"),
    NESTED_USER_NAMESPACE(
            "nested-user-namespace", "a process lives in a nested user namespace", "stop the nested container first"),
    EXEC_SESSION(
            "exec-session",
            "a process was added from outside and would be lost",
            "end the command that was started with exec"),
    CHROOTED(
            "chrooted",
            "a process lives in a chroot whose mounts cannot be read",
            "stop the process that called chroot"),
    UNSEIZABLE(
            "unseizable",
            "a process waits uninterruptibly (vfork or a stuck device)",
            "wait until it goes on, then try again"),
    STOPPED_IN_FREEZER(
            "stopped-in-freezer",
            "a stopped process in a frozen v1 cgroup would hang CRIU",
            "unpause the container or continue the stopped process"),
    UNIX_PEER_OUTSIDE(
            "unix-peer-outside",
            "a unix socket is connected to a process outside the container",
            "close the connection to the host's service before the checkpoint"),
    HOST_FILE(
            "host-file",
            "a file from outside the container's mounts is open",
            "give the container pipes or a terminal instead of a host file"),
    DEVICE_MOUNT(
            "device-mount",
            "a mount of the container has no source inside it",
            "do not bind-mount host devices into a container that is to be checkpointed"),
    OVERLAY_INSIDE(
            "overlay-inside",
            "an overlay is mounted inside the container, which CRIU cannot restore",
            "unmount it before the checkpoint"),
    BIND_SOURCE(
            "bind-source",
            "a bind mount cannot be put back",
            "make its source a directory or file without symbolic links on this host"),
    TCP_ESTABLISHED(
            "tcp-established",
            "an established TCP connection is open",
            "ask for established connections to be kept (tcp-established), or close them"),
    NETWORK_LOCK(
            "network-lock",
            "the network cannot be locked while its connections are saved or restored",
            "install iptables, or name another network-lock in CRIU's configuration file"),
    ADDRESS_MISSING(
            "address-missing",
            "the address of a connection does not exist here",
            "restore into a network with the same address, or drop connections (tcp-close)"),
    FILE_LOCK("file-lock", "a process holds file locks", "ask for file locks to be saved (file-locks)"),
    LINK_REMAP("link-remap", "a deleted file with another name left is open", "allow link remapping (link-remap)"),
    GHOST_FILE(
            "ghost-file",
            "a deleted file that is still open is too large",
            "raise the limit for deleted files (ghost-limit)"),
    FILE_CHANGED(
            "file-changed",
            "a file that the container had open is missing or has changed",
            "restore with the writable layer of the checkpoint"),
    FILE_NAME("file-name", "an open file cannot be found under its name", "close the file before the checkpoint"),
    PID_TAKEN("pid-taken", "a process id of the checkpoint is in use", "give the container its own pid namespace"),
    STDIO_LOST(
            "stdio-lost",
            "a standard stream of the container is not the one Ferry made",
            "do not close or replace pipes of the container from outside"),
    CGROUP(
            "cgroup",
            "a control group of the container cannot be saved or made",
            "see the log for the control group's name"),
    CPU(
            "cpu",
            "the processor lacks a feature that the checkpoint was made with",
            "restore on a host with the same processor features"),
    SOCKET_OPTION(
            "socket-option",
            "this CRIU cannot save network sockets on this kernel",
            "use CRIU 4.2 or newer, which knows Linux 6.16"),
    NO_DIRTY_TRACKING(
            "no-dirty-tracking", "this kernel cannot track written pages", "take full checkpoints on this host"),
    LAZY_PAGES(
            "lazy-pages", "pages cannot be served lazily on this host", "raise fs.pipe-max-size to at least 4194304"),
    IMAGE(
            "image",
            "an image file of the checkpoint is missing or unreadable",
            "restore another checkpoint of this container"),
    NO_SPACE(
            "no-space",
            "there is no space left for the checkpoint",
            "free space or move the root directory to a larger disk"),
    NO_SUCH_PROCESS("no-such-process", "the container ended while it was being saved", "start it again"),
    VETOED("vetoed", "the attempt was given up on request", "try again"),
    OTHER("other", "CRIU gave a reason that Ferry does not know", "read the log");

    private final String word;
    private final String sentence;
    private final String remedy;

    Refusal(String word, String sentence, String remedy) {
        this.word = word;
        this.sentence = sentence;
        this.remedy = remedy;
    }

    /** Stable short name, as used in error codes. */
    public String word() {
        return word;
    }

    /** What is in the way, as part of a sentence. */
    public String sentence() {
        return sentence;
    }

    /** What the user can do about it. */
    public String remedy() {
        return remedy;
    }
}
