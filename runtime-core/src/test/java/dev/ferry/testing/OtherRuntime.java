package dev.ferry.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** An OCI runtime that an engine can be told to use: those that this host may have, and our own as a program. */
public enum OtherRuntime {
    RUNC(Feature.RUNC),
    CRUN(Feature.CRUN),
    FERRY_RUNTIME(Feature.ROOT);

    private static final String OURS = "dev.ferry.runtime.command.RuntimeMain";

    private final Feature feature;

    OtherRuntime(Feature feature) {
        this.feature = feature;
    }

    /** What its users call it. */
    public String word() {
        return switch (this) {
            case RUNC -> "runc";
            case CRUN -> "crun";
            case FERRY_RUNTIME -> "ferry-runtime";
        };
    }

    /**
     * The program; a test that asks for one that is not there ends here, skipped.
     *
     * @param folder for a script that starts it, where it is no program by itself
     */
    public Path program(Path folder) throws IOException {
        Assumptions.assumeTrue(feature.isPresent(), "skipped: " + feature + " is missing (" + feature.remedy() + ")");
        List<String> command = command();
        return command.size() == 1 ? Path.of(command.getFirst()) : script(folder.resolve(word()), command);
    }

    private List<String> command() throws IOException {
        if (this == FERRY_RUNTIME) {
            List<String> command = new ArrayList<>(JvmFlags.command("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), OURS));
            return command;
        }
        Path provisioned = Feature.tools().resolve("peers").resolve(word()).resolve("command");
        return Files.isReadable(provisioned)
                ? Files.readAllLines(provisioned)
                : List.of(Feature.onPath(word()).orElseThrow().toString());
    }

    private static Path script(Path file, List<String> command) throws IOException {
        String words = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Files.writeString(file, "#!/bin/sh\nexec " + words + " \"$@\"\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
