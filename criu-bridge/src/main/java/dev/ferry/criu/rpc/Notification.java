package dev.ferry.criu.rpc;

import dev.ferry.criu.ProtocolBroken;

/**
 * A point of a dump or restore at which CRIU waits for an answer. Order of a dump: pre-dump, network-lock, query-ext-files, post-dump; of a
 * restore: pre-restore, setup-namespaces, post-setup-namespaces, orphan-pts-master (with a terminal), post-restore, network-unlock,
 * pre-resume, post-resume.
 *
 * <p>The answer "no" ends a dump at each point (the tree runs on) and a restore up to {@link PostRestore} (the restored tree is killed);
 * CRIU ignores it from {@link NetworkUnlock} on.
 */
public sealed interface Notification {
    record PreDump() implements Notification {}

    /** The tree is frozen and everything is written: the last moment at which a dump can be called off. */
    record PostDump() implements Notification {}

    record NetworkLock() implements Notification {}

    record QueryExternalFiles() implements Notification {}

    record PreRestore() implements Notification {}

    record SetupNamespaces(int pid) implements Notification {}

    record PostSetupNamespaces() implements Notification {}

    /** Carries the master of the container's terminal as a descriptor. */
    record OrphanPtsMaster() implements Notification {}

    /** Everything is in place and nothing runs yet: the last moment at which a restore can be called off. */
    record PostRestore(int pid) implements Notification {}

    record NetworkUnlock() implements Notification {}

    record PreResume() implements Notification {}

    record PostResume() implements Notification {}

    /** Pages are being served. */
    record StatusReady() implements Notification {}

    /** A point that Ferry does not know; answered with yes. */
    record Unknown(String name) implements Notification {}

    /** Which one, without its contents: the name of its type. */
    default String name() {
        return getClass().getSimpleName();
    }

    static Notification of(String name, int pid) {
        return switch (name) {
            case "pre-dump" -> new PreDump();
            case "post-dump" -> new PostDump();
            case "network-lock" -> new NetworkLock();
            case "query-ext-files" -> new QueryExternalFiles();
            case "pre-restore" -> new PreRestore();
            case "setup-namespaces" -> new SetupNamespaces(pid);
            case "post-setup-namespaces" -> new PostSetupNamespaces();
            case "orphan-pts-master" -> new OrphanPtsMaster();
            case "post-restore" -> new PostRestore(pid);
            case "network-unlock" -> new NetworkUnlock();
            case "pre-resume" -> new PreResume();
            case "post-resume" -> new PostResume();
            case "status-ready" -> new StatusReady();
            default -> new Unknown(name);
        };
    }

    static Notification read(WireReader reader) throws ProtocolBroken {
        String name = "";
        int pid = 0;
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> name = reader.text();
                case 2 -> pid = (int) reader.number();
                default -> {
                    // a field of a newer release
                }
            }
        }
        return of(name, pid);
    }
}
