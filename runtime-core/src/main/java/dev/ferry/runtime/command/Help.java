package dev.ferry.runtime.command;

import java.util.Set;

/** What {@code --help} prints. */
final class Help {
    /** Everything that a call may be about. */
    static final Set<String> VERBS = Set.of(
            "create",
            "start",
            "run",
            "state",
            "kill",
            "delete",
            "pause",
            "resume",
            "exec",
            "ps",
            "list",
            "update",
            "checkpoint",
            "restore",
            "events",
            "spec",
            "features");

    /** What asks for help, behind a verb. */
    static final Set<String> WORDS = Set.of("--help", "-help", "--h", "-h");

    static final String TEXT = """
            ferry-runtime: an OCI runtime, with the verbs and flags of runc

              ferry-runtime [--root DIR] [--log FILE] [--log-format text|json] [--systemd-cgroup] VERB ...

              create [--bundle DIR] [--console-socket SOCKET] [--pidfd-socket SOCKET] [--pid-file FILE] [--preserve-fds N] ID
              start ID
              run    [--detach] [--keep] and the flags of create, ID
              state ID
              kill [--all] ID [SIGNAL]
              delete [--force] ID
              pause ID, resume ID
              exec [--process FILE | --cwd DIR --env NAME=VALUE --user UID[:GID] --additional-gids GID --cap CAP --tty --no-new-privs
                   --apparmor PROFILE --process-label LABEL] [--cgroup [CONTROLLER:]PATH] [--ignore-paused]
                   [--detach] [--console-socket SOCKET] [--pidfd-socket SOCKET] [--pid-file FILE] [--preserve-fds N] ID [PROGRAM ARGUMENT...]
              ps [--format table|json] ID [PS OPTION...]
              list [--format table|json] [--quiet]
              update [--resources FILE|-] [--memory BYTES] [--memory-reservation BYTES] [--memory-swap BYTES] [--pids-limit N]
                   [--cpu-period|--cpu-quota|--cpu-burst|--cpu-rt-period|--cpu-rt-runtime MICROSECONDS] [--cpu-share N] [--cpu-idle 0|1]
                   [--cpuset-cpus LIST] [--cpuset-mems LIST] [--blkio-weight N] [--l3-cache-schema TEXT] [--mem-bw-schema TEXT] ID
              checkpoint [--image-path DIR] [--work-path DIR] [--leave-running] [--tcp-established] [--tcp-skip-in-flight]
                   [--file-locks] [--link-remap] [--ext-unix-sk] [--shell-job] [--manage-cgroups-mode soft|full|strict|ignore]
                   [--empty-ns network] [--auto-dedup] [--pre-dump] [--parent-path DIR]
                   [--page-server ADDRESS:PORT] [--lazy-pages] [--status-fd N] ID
              restore [--bundle DIR] [--image-path DIR] [--work-path DIR] [--detach] [--pid-file FILE] [--console-socket SOCKET]
                   [--tcp-established] [--tcp-close] [--file-locks] [--ext-unix-sk] [--shell-job] [--manage-cgroups-mode MODE]
                   [--empty-ns network] [--auto-dedup] [--lazy-pages] [--lsm-profile PROFILE] [--lsm-mount-context CONTEXT] ID
              events [--stats] [--interval SECONDSs] ID
              spec [--bundle DIR]
              features

            States are kept below /run/ferry-runtime.
            """;

    private Help() {}
}
