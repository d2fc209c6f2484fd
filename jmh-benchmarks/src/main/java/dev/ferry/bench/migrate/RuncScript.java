package dev.ferry.bench.migrate;

import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.testing.NamespaceHost;
import dev.ferry.testing.TwoHosts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same by hand: a script that has runc checkpoint the container, sends the images over the same link, and has runc restore it. It is given the
 * best that such a script can have: the same CRIU; the images in memory (tmpfs) on both sides, never on a disk; a plain connection without
 * encryption, from tar to tar with nothing between; root file system, bundle and listener ready on the other side; and no network namespace,
 * whose dump would cost it more.
 */
final class RuncScript implements Mover {
    private static final String ID = "bench";
    private static final int PORT = 7990;
    /** In each host, on a tmpfs of its own; CRIU keeps there too what it knows of the kernel. */
    private static final String RUN = "/run";

    private static final String SCRIPT = """
            set -euo pipefail
            at() { nsenter --target "$1" --mount --net --pid --uts --ipc -- "${@:2}"; }
            mark() { echo "$1 $EPOCHREALTIME"; }
            listening=$(printf ':%04X .* 0A ' "$PORT")
            at "$TO" rm -rf "$IMAGES"
            at "$TO" mkdir "$IMAGES"
            # busybox would take its own tar for a name without a path
            at "$TO" busybox nc -l -p "$PORT" -e "$(type -P tar)" -x -B -b 256 -f - -C "$IMAGES" &
            until cat /proc/"$TO"/net/tcp /proc/"$TO"/net/tcp6 | grep -q "$listening"; do sleep 0.01; done
            mark asked
            at "$FROM" $RUNC checkpoint --image-path "$IMAGES" "$ID"
            mark dump
            at "$FROM" bash -c 'exec tar -c -b 256 -C "$IMAGES" -f - . >/dev/tcp/"$ADDRESS"/"$PORT"'
            wait
            mark ship
            at "$TO" $RUNC restore --detach --image-path "$IMAGES" --bundle "$BUNDLE" "$ID" </dev/null > >(exec cat >"$BEATS") 2>&1
            mark restore
            """;

    private final TwoHosts hosts;
    private final Path place;
    private final List<String> runc;
    private final Path tools;
    private final PipeBeats beats;
    private boolean atA = true;

    /**
     * Starts the container on the first host.
     *
     * @param place an own directory
     * @param runc the words that start runc
     * @param rootfs the tar of its root file system
     */
    RuncScript(TwoHosts hosts, Path place, List<String> runc, Path tools, Path rootfs, String cgroup, long bytes)
            throws IOException, InterruptedException {
        this.hosts = hosts;
        this.place = Files.createDirectories(place);
        this.runc = runc;
        this.tools = tools;
        for (NamespaceHost host : List.of(hosts.a(), hosts.b())) {
            Path bundle =
                    Files.createDirectories(bundle(host).resolve("rootfs")).resolveSibling(".");
            run(
                    List.of(
                            "tar",
                            "-x",
                            "-f",
                            rootfs.toString(),
                            "-C",
                            bundle.resolve("rootfs").toString()),
                    Map.of());
            Files.write(
                    bundle.resolve("config.json"),
                    OciJson.write(DefaultSpec.builder()
                            .root("rootfs", false)
                            .arguments(Beats.program(bytes))
                            .hostNamespace(NamespaceKind.NETWORK)
                            .cgroupsPath(cgroup)
                            .build()));
            host.run("mount", "-t", "tmpfs", "tmpfs", RUN);
        }
        Path pipe = place.resolve("beats");
        run(List.of("mkfifo", pipe.toString()), Map.of());
        this.beats = new PipeBeats(pipe);
        boolean started = false;
        try {
            run(
                    List.of(
                            "bash",
                            "-c",
                            "nsenter --target \"$FROM\" --mount --net --pid --uts --ipc -- $RUNC run --detach --bundle"
                                    + " \"$HERE\" \"$ID\" </dev/null > >(exec cat >\"$BEATS\") 2>&1"),
                    environment());
            beats.awaitAfter(Instant.EPOCH);
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private Path bundle(NamespaceHost host) {
        return place.resolve(host == hosts.a() ? "a" : "b");
    }

    private NamespaceHost from() {
        return atA ? hosts.a() : hosts.b();
    }

    private NamespaceHost to() {
        return atA ? hosts.b() : hosts.a();
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("PATH", tools.resolve("bin") + ":" + System.getenv("PATH")),
                Map.entry("LC_ALL", "C"),
                // as Ferry gives it to its own CRIU: some virtual machines take hardware breakpoints and never trap
                Map.entry("CRIU_FAULT", "130"),
                Map.entry("FROM", Long.toString(from().init())),
                Map.entry("TO", Long.toString(to().init())),
                Map.entry("ADDRESS", atA ? TwoHosts.ADDRESS_B : TwoHosts.ADDRESS_A),
                Map.entry("PORT", Integer.toString(PORT)),
                Map.entry("IMAGES", RUN + "/images"),
                Map.entry(
                        "RUNC", String.join(" ", runc) + " --root " + RUN + "/runc --log " + place.resolve("runc.log")),
                Map.entry("HERE", bundle(from()).toString()),
                Map.entry("BUNDLE", bundle(to()).toString()),
                Map.entry("BEATS", place.resolve("beats").toString()),
                Map.entry("ID", ID));
    }

    @Override
    public Passage move() throws IOException, InterruptedException {
        Instant begin = Instant.now();
        beats.awaitAfter(begin);
        String marks;
        try {
            marks = run(List.of("bash", "-c", SCRIPT), environment());
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "; its log: " + Files.readString(place.resolve("runc.log")), e);
        }
        atA = !atA;
        beats.awaitAfter(Instant.now());
        Passage.Silence silence = Passage.Silence.longestOf(beats.since(begin));
        return passage(marks, silence);
    }

    /** @param marks a word and seconds with a fraction in each line */
    static Passage passage(String marks, Passage.Silence silence) {
        Map<Phase, Instant> ends = new EnumMap<>(Phase.class);
        Instant asked = silence.lastBeat();
        Instant end = silence.firstBeat();
        for (String line : marks.lines().toList()) {
            String[] words = line.split("[ .]", -1);
            end = Instant.ofEpochSecond(Long.parseLong(words[1]), Long.parseLong(words[2]) * 1000);
            switch (words[0]) {
                case "asked" -> asked = end;
                case "dump" -> ends.put(Phase.DUMP, end);
                case "ship" -> ends.put(Phase.SHIP, end);
                // the first beat comes before runc has ended
                default -> ends.put(Phase.RESTORE, end);
            }
        }
        return new Passage(
                silence.length(), Duration.between(asked, end), 0, Optional.empty(), silence.phases(asked, ends));
    }

    private static String run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(
                    "\"" + command.getFirst() + "\" of the script around runc failed after: " + text.strip());
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        List<String> command = new ArrayList<>(runc);
        command.addAll(List.of("--root", RUN + "/runc", "delete", "--force", ID));
        try (beats) {
            for (NamespaceHost host : List.of(hosts.a(), hosts.b())) {
                host.run(command.toArray(String[]::new));
                host.run("umount", "--lazy", RUN);
            }
        } catch (InterruptedException e) {
            // what is left ends with the hosts
            Thread.currentThread().interrupt();
        }
    }
}
