package dev.ferry.runtime.command;

/** What {@code --help} prints. */
final class Help {
    static final String TEXT = """
            ferry-runtime: an OCI runtime, with the verbs and flags of runc

              ferry-runtime [--root DIR] [--log FILE] [--log-format text|json] VERB ...

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
              spec [--bundle DIR]
              features

            States are kept below /run/ferry-runtime.
            """;

    private Help() {}
}
