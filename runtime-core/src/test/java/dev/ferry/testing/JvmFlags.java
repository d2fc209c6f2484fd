package dev.ferry.testing;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

/** What this JVM was told to open, for the JVMs that a test starts: the poms are the one place that says it. */
public final class JvmFlags {
    private static final List<String> OPENING = List.of(
            "--enable-native-access",
            "--add-exports",
            "--add-opens",
            "--sun-misc-",
            "-XX:+IgnoreUnrecognizedVMOptions");

    private JvmFlags() {}

    /** The flags of this JVM that open something. */
    public static List<String> ofThisOne() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> OPENING.stream().anyMatch(flag::startsWith))
                .toList();
    }

    /** A command that begins with this JVM's program and those flags. */
    public static List<String> command(String... more) {
        return Stream.of(
                        Stream.of(ProcessHandle.current().info().command().orElse("java")),
                        ofThisOne().stream(),
                        Stream.of(more))
                .flatMap(words -> words)
                .toList();
    }
}
