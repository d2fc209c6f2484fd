package dev.ferry.cli.terminal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Ctrl-C as something that can be answered, more than once.
 *
 * <p>A shutdown hook hears of the first one only, and too late to go on. {@code sun.misc.Signal} is the one way there is; it is looked up by
 * name, because javac warns of it in a way that nothing turns off.
 */
public final class Interrupts implements AutoCloseable {
    private static final String SIGNAL = "INT";

    private final Object before;

    private Interrupts(Object before) {
        this.before = before;
    }

    /** From now on each SIGINT runs that, on a thread of its own, and ends the program no more. */
    public static Interrupts heardBy(Runnable answer) {
        try {
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Interrupts.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            answer.run();
                            return null;
                        }
                        return method.invoke(answer, arguments); // equals, hashCode and toString
                    });
            return new Interrupts(install(ours));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java does not let signals be heard", e);
        }
    }

    private static Object install(Object handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Object number = signal.getConstructor(String.class).newInstance(SIGNAL);
        try {
            return signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, number, handler);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("SIGINT is taken by the JVM: start it without -Xrs", e.getCause());
        }
    }

    /** As it was before. */
    @Override
    public void close() {
        try {
            install(before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java does not let signals be heard", e);
        }
    }
}
