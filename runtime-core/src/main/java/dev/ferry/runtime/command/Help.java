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

              create [--bundle DIR] [--console-socket SOCKET] [--pid-file FILE] [--preserve-fds N] ID
              start ID
              run    [--detach] [--keep] and the flags of create, ID
              state ID
              kill [--all] ID [SIGNAL]
              delete [--force] ID
              pause ID, resume ID
              exec [--process FILE | --cwd DIR --env NAME=VALUE --user UID[:GID] --additional-gids GID --cap CAP --tty --no-new-privs]
                   [--detach] [--console-socket SOCKET] [--pid-file FILE] [--preserve-fds N] ID [PROGRAM ARGUMENT...]
              ps [--format table|json] ID [PS OPTION...]
              list [--format table|json] [--quiet]
              update [--resources FILE|-] [--memory BYTES] [--cpu-quota MICROSECONDS] [--pids-limit N] ... ID
              checkpoint [--image-path DIR] [--work-path DIR] [--leave-running] [--tcp-established] [--tcp-skip-in-flight]
                   [--file-locks] [--link-remap] [--ext-unix-sk] [--shell-job] [--manage-cgroups-mode soft|full|strict]
                   [--empty-ns network] [--auto-dedup] [--pre-dump] [--parent-path DIR] ID
              restore [--bundle DIR] [--image-path DIR] [--work-path DIR] [--detach] [--pid-file FILE] [--console-socket SOCKET]
                   [--tcp-established] [--tcp-close] [--file-locks] [--ext-unix-sk] [--shell-job] [--manage-cgroups-mode MODE]
                   [--empty-ns network] [--auto-dedup] [--lsm-profile PROFILE] [--lsm-mount-context CONTEXT] ID
              events [--stats] [--interval SECONDSs] ID
              spec [--bundle DIR]
              features

            States are kept below /run/ferry-runtime.
            """;

    private Help() {}
}
