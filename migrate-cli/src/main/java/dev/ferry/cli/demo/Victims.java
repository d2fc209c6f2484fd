package dev.ferry.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Processes that are to be killed, by what they are; each is known by its id and start time, so that no other can be meant. */
final class Victims {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int START_TIME = 22;

    private record Identity(long pid, String startTime) {}

    private final Map<String, Identity> processes = new LinkedHashMap<>();

    /** Adds a process that lives now. */
    void add(String role, long pid) throws IOException {
        processes.put(role, new Identity(pid, stat(pid)[START_TIME - 3]));
    }

    /** SIGKILL to each that still lives. */
    void kill() throws IOException {
        for (Identity identity : processes.values()) {
            if (lives(identity)) {
                ProcessHandle.of(identity.pid()).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** Waits until none lives; what is dead but not yet collected by its parent counts as dead. */
    boolean awaitDead() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (processes.values().stream().anyMatch(this::livesOrUnknown)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    @Override
    public String toString() {
        return processes.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue().pid())
                .collect(Collectors.joining(", "));
    }

    private boolean livesOrUnknown(Identity identity) {
        try {
            return lives(identity);
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean lives(Identity identity) throws IOException {
        String[] stat = stat(identity.pid());
        return stat.length > 0
                && !stat[0].equals("Z")
                && !stat[0].equals("X")
                && stat[START_TIME - 3].equals(identity.startTime());
    }

    /** The fields of /proc/PID/stat from the state on, which is field 3; empty when there is no such process. proc_pid_stat(5) */
    private static String[] stat(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
        } catch (NoSuchFileException e) {
            return new String[0];
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return new String[0];
            }
            throw e;
        }
    }
}
