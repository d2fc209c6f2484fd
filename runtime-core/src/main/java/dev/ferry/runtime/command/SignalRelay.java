package dev.ferry.runtime.command;

import dev.ferry.runtime.linux.Processes;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * Hands the signals that a call in the foreground gets to the process that it waits for. Not those that say something of this process: of its own
 * children, pipes and sockets. SIGQUIT is the JVM's, which prints what its threads do, and so are those that tell of its own faults.
 *
 * <p>{@code sun.misc.Signal} is the one way there is; it is looked up by name, because javac warns of it in a way that nothing turns off.
 */
final class SignalRelay {
    /** Ours, the kernel's alone, and the JVM's. */
    private static final Set<String> KEPT =
            Set.of("CHLD", "PIPE", "URG", "KILL", "STOP", "QUIT", "ILL", "FPE", "SEGV", "BUS", "TRAP", "SYS", "STKFLT");

    private SignalRelay() {}

    /** From now on, until this process ends. */
    static void to(int pid) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method number = signal.getMethod("getNumber");
            Object relay = Proxy.newProxyInstance(
                    SignalRelay.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            pass(pid, (int) number.invoke(arguments[0]));
                            return null;
                        }
                        return method.invoke(signal, arguments); // equals, hashCode and toString
                    });
            Method install = signal.getMethod("handle", signal, handler);
            for (String name : Signals.NAMES) {
                if (!KEPT.contains(name)) {
                    install(signal, install, name, relay);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java does not let signals be heard", e);
        }
    }

    private static void install(Class<?> signal, Method install, String name, Object relay)
            throws ReflectiveOperationException {
        try {
            install.invoke(null, signal.getConstructor(String.class).newInstance(name), relay);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof IllegalArgumentException)) {
                throw e;
            }
            // another JVM keeps more of them for itself
        }
    }

    private static void pass(int pid, int signal) {
        try {
            Processes.kill(pid, signal);
        } catch (IOException e) {
            // it is over
        }
    }
}
