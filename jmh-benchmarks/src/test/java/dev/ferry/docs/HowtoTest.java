package dev.ferry.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.Feature;
import dev.ferry.testing.JvmFlags;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every command of the how-to pages and of the README's first session, typed into a shell, in order, at an engine with directories of
 * its own. {@code ./ferry} is a stand-in for the launcher that starts the classes under test: nothing is built or fetched. The set-up
 * commands of the README are not here, the continuous integration runs those.
 */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP, Feature.CRIU})
@Timeout(180)
final class HowtoTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final int FOLLOWED_SECONDS = 2;
    private static final Pattern RUN = Pattern.compile(" --run (\\S+)");

    private final Path directory = Files.createTempDirectory("ferry-howto-");
    private final String cgroup =
            "/ferry-test-" + Long.toHexString(ThreadLocalRandom.current().nextLong());

    HowtoTest() throws IOException {}

    @BeforeEach
    void standIn() throws IOException {
        String java = "exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' "
                .formatted(String.join("' '", JvmFlags.command()), System.getProperty("java.class.path"));
        // one run unless the page asks for a number: it is the command that is tried, not the machine
        Path launcher = Files.writeString(
                directory.resolve("ferry"),
                """
                #!/bin/bash
                name=$1
                case $name in
                  # a second engine of a page has a parent of its own: /ferry-b is GROUP-b here
                  engine) shift; JAVA dev.ferry.engine.app.EngineMain --root DIR/root --run DIR/run --cgroup-parent GROUP --bridge none "${@/#\\/ferry/GROUP}" ;;
                  bench) [ "$2" != jmh ] || JAVA dev.ferry.bench.Main "${@:2}"
                    JAVA dev.ferry.bench.Main "$2" --runs 1 --warmup 0 --work DIR "${@:3}" ;;
                  oci) JAVA dev.ferry.runtime.command.RuntimeMain --root DIR/states "${@:2}" ;;
                  *) JAVA dev.ferry.cli.Main "$@" ;;
                esac
                """.replace("JAVA", java).replace("DIR", directory.toString()).replace("GROUP", cgroup));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path tools = Files.createDirectory(directory.resolve("tools"));
        Path runtime =
                Files.writeString(tools.resolve("ferry-runtime"), "#!/bin/bash\nexec '" + launcher + "' oci \"$@\"\n");
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void clear() throws Exception {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        for (String each : List.of(cgroup, cgroup + "-b")) {
            CgroupHierarchies.ofHost().open(new CgroupPath(each)).delete(Duration.ofSeconds(30));
        }
    }

    @TestFactory
    Stream<DynamicTest> pages() throws IOException {
        List<Path> pages;
        try (Stream<Path> files = Files.list(REPOSITORY.resolve("docs/howto"))) {
            pages = files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
        assertThat(pages).isNotEmpty();
        return pages.stream()
                .map(page -> DynamicTest.dynamicTest(
                        page.getFileName().toString(),
                        () -> type(Page.read(page, "").commands())));
    }

    @Test
    void firstSessionOfTheReadme() throws Exception {
        type(Page.read(REPOSITORY.resolve("README.md"), "A first session").commands());
    }

    private void type(List<Page.Command> commands) throws Exception {
        assertThat(commands).isNotEmpty();
        for (int i = 0; i < commands.size(); i++) {
            Files.deleteIfExists(directory.resolve("output." + i));
            Files.deleteIfExists(directory.resolve("code." + i));
        }
        Path script = Files.writeString(directory.resolve("session"), session(commands));
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().put("FERRY_HOST", "unix://" + directory.resolve("run/ferry.sock"));
        builder.environment().put("DOCKER_HOST", "unix://" + directory.resolve("run/ferry.sock"));
        builder.environment().remove("FERRY_LAUNCHER");
        Process shell = builder.start();
        try {
            assertThat(shell.waitFor(300, TimeUnit.SECONDS))
                    .as("the session ends")
                    .isTrue();
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
        for (int i = 0; i < commands.size(); i++) {
            Page.Command command = commands.get(i);
            if (command.isInBackground()) {
                continue; // the others would not succeed without it
            }
            String text = Files.readString(directory.resolve("output." + i));
            assertThat(Files.readString(directory.resolve("code." + i)).strip())
                    .as("exit code of \"%s\", which printed: %s", command.line(), text)
                    .isEqualTo(command.follows() ? "124" : "0");
            assertThat(command.missingIn(text))
                    .as("shown below \"%s\", which printed: %s", command.line(), text)
                    .isEmpty();
        }
    }

    /** The commands with what keeps their output and exit code; at the end everything is removed and the engine ends. */
    private static String session(List<Page.Command> commands) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            Page.Command command = commands.get(i);
            if (command.isInBackground()) {
                lines.add(command.line());
                // a reader's next command comes later than a script's
                lines.add("for ((try = 0; try < 300; try++)); do [ -S " + socket(command)
                        + " ] && break; sleep 0.1; done");
            } else {
                String typed =
                        command.follows() ? "timeout " + FOLLOWED_SECONDS + " " + command.line() : command.line();
                lines.add("{ " + typed + "; } > output." + i + " 2>&1 < /dev/null");
                lines.add("echo $? > code." + i);
            }
        }
        lines.add("if [ -S run/ferry.sock ]; then");
        commands.stream()
                .filter(Page.Command::isInBackground)
                .map(HowtoTest::socket)
                .forEach(socket -> lines.add(
                        "  for id in $(./ferry --host unix://$PWD/%s ps -aq); do ./ferry --host unix://$PWD/%s rm -f $id; done"
                                .formatted(socket, socket)));
        lines.add("  kill $(jobs -p)");
        lines.add("  wait");
        lines.add("fi");
        return String.join("\n", lines) + "\n";
    }

    /** Where the engine of that command listens. */
    private static String socket(Page.Command engine) {
        Matcher run = RUN.matcher(engine.line());
        return (run.find() ? run.group(1) : "run") + "/ferry.sock";
    }
}
