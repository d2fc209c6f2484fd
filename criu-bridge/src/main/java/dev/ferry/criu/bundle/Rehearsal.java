package dev.ferry.criu.bundle;

import dev.ferry.runtime.command.RuntimeMain;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.jar.JarFile;

/**
 * One call of the runtime for the launcher's archive of classes. Its own classes are loaded beside, since a checkpoint is no part of that
 * call: it would need a CRIU, and a program that runs.
 */
public final class Rehearsal {
    private static final String CLASS = ".class";

    private Rehearsal() {}

    /** The call's words; exits with its code. */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException, URISyntaxException {
        loadAll();
        RuntimeMain.main(arguments);
    }

    private static void loadAll() throws IOException, ReflectiveOperationException, URISyntaxException {
        Path jar = Path.of(Rehearsal.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (JarFile opened = new JarFile(jar.toFile())) {
            for (String name : opened.stream().map(Object::toString).toList()) {
                if (name.endsWith(CLASS)) {
                    String type =
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.');
                    Class.forName(type, false, Rehearsal.class.getClassLoader());
                }
            }
        }
    }
}
