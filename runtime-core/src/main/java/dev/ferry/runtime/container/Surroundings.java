package dev.ferry.runtime.container;

import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.spawn.StepDraft;
import java.util.function.Supplier;

/** What a process finds around it on the way to its program, and who hears of it: a monitor, or whoever called a runtime. */
interface Surroundings {
    /** The descriptor at which failures and messages are reported. */
    int status();

    /** The first descriptor that is closed on exec: those below are the program's. */
    int firstOwn();

    /** Right after the session: standard descriptors, and none of what only others may hold. */
    void takeStandards(Calls calls, boolean terminal);

    /** Inside the container's file systems: standard descriptors that lead nowhere lead to its own {@code /dev/null} from here on. */
    void reopenNothing(Calls calls);

    /** Whether a standard descriptor is to belong to the program's user, who may open it anew by {@code /dev/stdout}. */
    boolean isUsers(int fd, boolean terminal);

    /** The socket at which somebody takes the terminal's master. */
    int terminalSocket();

    /** Lets go of the socket when the master is sent. */
    void closeTerminalSocket(Calls calls);

    /** The process to join, a pidfd; for a further process only. */
    int target();

    /** Whether a program that is not there is to be told of before the gate: whoever creates is asked, and not whoever starts. */
    boolean looksForProgram();

    /** A further process is in the container's namespaces: waits until what is done for it from outside is done. */
    void awaitOutside(Calls calls);

    /**
     * Hands the listener of a filter over that is about to be loaded: right before it, so that only one call is made under it.
     *
     * @param load appends the step that loads it, whose result is the listener
     */
    void handOverListener(Calls calls, Supplier<StepDraft> load);

    /** Everything but seccomp and exec is done: waits until the program is wanted. */
    void awaitGate(Calls calls);
}
