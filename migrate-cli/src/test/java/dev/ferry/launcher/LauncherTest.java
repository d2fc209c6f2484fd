package dev.ferry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher: which Java, when it builds, how it starts. */
@Tag("kernel")
class LauncherTest {
    private static final String LIST_JDKS = "JDK_DIRECTORIES=(\"$HOME\"/jvm/*); ";

    @TempDir
    Path dir;

    Bash bash = new Bash(Path.of(""));

    @BeforeEach
    void emptyMachine() {
        bash = new Bash(dir).with("PATH", dir.resolve("bin"));
    }

    @Test
    void takesTheJdkOfJavaHome() throws Exception {
        Path jdk = Bash.jdk(dir.resolve("a jdk"), "22.0.2", "");
        var result = bash.with("JAVA_HOME", jdk).sourced("find_jdk; echo \"$JDK|$JDK_VERSION\"");
        assertThat(result.out()).isEqualTo(jdk + "|22\n");
    }

    @Test
    void passesOverAnOldJdkOnThePathAndSaysSo() throws Exception {
        Path old = Bash.jdk(dir.resolve("jvm/old"), "17.0.15", "");
        Files.createDirectories(dir.resolve("bin"));
        Files.createSymbolicLink(dir.resolve("bin/java"), old.resolve("bin/java"));
        Bash.script(dir.resolve("bin/readlink"), "exec /usr/bin/readlink \"$@\"");
        var refused = bash.sourced("find_jdk || echo \"none: $JDK_REFUSED\"");
        assertThat(refused.out()).isEqualTo("none: Java 17 in " + old + "\n");

        Path young = Bash.jdk(dir.resolve("jvm/young"), "23", "");
        assertThat(bash.sourced(LIST_JDKS + "find_jdk; echo \"$JDK\"").out()).isEqualTo(young + "\n");
    }

    @Test
    void prefersTheTriedReleaseToANewerOneAndANewerToAnOlder() throws Exception {
        Bash.jdk(dir.resolve("jvm/a24"), "24.0.1", "");
        Path newest = Bash.jdk(dir.resolve("jvm/b27"), "27-ea", "");
        Bash.jdk(dir.resolve("jvm/c22"), "22", "");
        assertThat(bash.sourced(LIST_JDKS + "find_jdk; echo \"$JDK\"").out()).isEqualTo(newest + "\n");
        Path tried = Bash.jdk(dir.resolve("jvm/d25"), "25.0.1", "");
        assertThat(bash.sourced(LIST_JDKS + "find_jdk; echo \"$JDK\"").out()).isEqualTo(tried + "\n");
    }

    @Test
    void aRuntimeWithoutCompilerIsNoJdk() throws Exception {
        Path jre = Bash.jdk(dir.resolve("jvm/jre"), "25", "");
        Files.delete(jre.resolve("bin/javac"));
        assertThat(bash.sourced(LIST_JDKS + "find_jdk || echo none").out()).isEqualTo("none\n");
    }

    @Test
    void theJdkAskedForMustBeOne() throws Exception {
        var missing = bash.with("FERRY_JAVA_HOME", "/nowhere").sourced("find_jdk");
        assertThat(missing.code()).isEqualTo(125);
        assertThat(missing.err()).contains("FERRY_JAVA_HOME=\"/nowhere\" is no JDK");

        Path old = Bash.jdk(dir.resolve("old"), "21", "");
        var tooOld = bash.with("FERRY_JAVA_HOME", old).sourced("find_jdk");
        assertThat(tooOld.code()).isEqualTo(125);
        assertThat(tooOld.err()).contains("is Java 21; Ferry needs 22 or newer");
    }

    @Test
    void isFreshUntilASourceChangesAppearsOrGoes() throws Exception {
        Path clone = clone("");
        Path source = clone.resolve("module/src/main/A.java");
        assertThat(freshness(clone)).isEqualTo("fresh");

        Path test = clone.resolve("module/src/test/ATest.java");
        Files.createDirectories(test.getParent());
        Files.writeString(test, "");
        assertThat(freshness(clone)).as("a test is no part of what runs").isEqualTo("fresh");

        Files.setLastModifiedTime(source, FileTime.from(Instant.now()));
        assertThat(freshness(clone)).as("changed").isEqualTo("stale");
        makeOld(clone);
        assertThat(freshness(clone)).isEqualTo("fresh");
        Files.delete(source);
        assertThat(freshness(clone)).as("gone").isEqualTo("stale");
        makeOld(clone);
        Files.writeString(clone.resolve("pom.xml"), "<changed/>");
        assertThat(freshness(clone)).as("pom changed").isEqualTo("stale");
        makeOld(clone);
        Files.delete(clone.resolve("target/ferry/current/built"));
        assertThat(freshness(clone)).as("never built").isEqualTo("stale");
    }

    @Test
    void becomesJavaFromAnyDirectoryThroughLinksWithSpaces() throws Exception {
        Path clone = clone("printf '%s\\n' \"$$\" \"$FERRY_LAUNCHER\" \"$FERRY_TOOLS\" \"$@\"; exit 42");
        Path link = dir.resolve("a link");
        Files.createSymbolicLink(link, clone.resolve("ferry"));
        bash = new Bash(Files.createDirectory(dir.resolve("else where")));
        Path tools = dir.resolve("else where/tools prefix");
        var result = bash.run(List.of(link.toString(), "ps", "--format", "two words", ""));
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isEqualTo(42);
        var lines = new ArrayList<>(result.out().lines().toList());
        assertThat(lines.subList(0, 3))
                .containsExactly(
                        Long.toString(result.pid()), clone.resolve("ferry").toString(), tools.toString());
        Path jar = clone.resolve("target/ferry/1/migrate-cli.jar");
        assertThat(lines).endsWith("-jar", jar.toString(), "ps", "--format", "two words", "");
    }

    @Test
    void engineAndBenchmarksHaveJarsOfTheirOwn() throws Exception {
        Path clone = clone("printf '%s\\n' \"$@\"");
        bash = new Bash(dir);
        // this kernel's tools were found before, so nothing is looked for
        Files.createDirectories(dir.resolve("tools prefix"));
        Files.copy(Path.of("/proc/sys/kernel/osrelease"), dir.resolve("tools prefix/provided"));
        for (String peer : List.of("runc", "crun")) {
            Path home =
                    Files.createDirectories(dir.resolve("tools prefix/peers").resolve(peer));
            Files.writeString(home.resolve("command"), "");
        }
        String ferry = clone.resolve("ferry").toString();
        assertThat(bash.run(List.of(ferry, "engine", "--root", "/x")).out().lines())
                .endsWith(clone.resolve("target/ferry/1/engine-api.jar").toString(), "--root", "/x");
        assertThat(bash.run(List.of(ferry, "bench", "start")).out().lines())
                .endsWith(clone.resolve("target/ferry/1/jmh-benchmarks.jar").toString(), "start");
    }

    @Test
    void runtimeHasANameOfItsOwnAndWaitsForNoBuild() throws Exception {
        Path clone = clone("printf '%s\\n' \"$@\"");
        Files.createSymbolicLink(clone.resolve("tools/ferry-runtime"), Path.of("../ferry"));
        Files.setLastModifiedTime(clone.resolve("module/src/main/A.java"), FileTime.from(Instant.now()));
        bash = new Bash(dir);
        for (List<String> start : List.of(
                List.of(clone.resolve("tools/ferry-runtime").toString()),
                List.of(clone.resolve("ferry").toString(), "oci"))) {
            List<String> command = new ArrayList<>(start);
            command.addAll(List.of("--root", "/x", "create", "--bundle", "two words", "ID"));
            var result = bash.run(command);
            assertThat(result.err()).isEmpty();
            assertThat(result.out().lines())
                    .endsWith(
                            "dev.ferry.runtime.command.RuntimeMain",
                            "--root",
                            "/x",
                            "create",
                            "--bundle",
                            "two words",
                            "ID");
        }
    }

    @Test
    void runtimeIsStartedAsTheBuildHasWrittenDownAndInterpretedUnlessItLasts() throws Exception {
        Path clone = clone("printf '%s\\n' \"$@\"");
        Files.createSymbolicLink(clone.resolve("tools/ferry-runtime"), Path.of("../ferry"));
        Path build = clone.resolve("target/ferry/1");
        new Bash(dir).with("APP", build).sourced("note_runtime_options \"$APP\"");
        String options = "@" + clone.resolve("tools/../target/ferry/current/oci.options");
        bash = new Bash(dir);
        String runtime = clone.resolve("tools/ferry-runtime").toString();

        assertThat(bash.run(List.of(runtime, "state", "two words")).out().lines())
                .containsExactly("-Xint", options, "state", "two words");
        assertThat(bash.run(List.of(runtime, "--root", "/x", "restore", "ID"))
                        .out()
                        .lines())
                .containsExactly("-XX:TieredStopAtLevel=1", options, "--root", "/x", "restore", "ID");

        // what was written down for another place is not believed
        Files.writeString(build.resolve("oci.options"), "# " + dir + "\n\"-cp\" \"/gone\"");
        assertThat(bash.run(List.of(runtime, "state", "ID")).out().lines())
                .doesNotContain(options)
                .endsWith("dev.ferry.runtime.command.RuntimeMain", "state", "ID");
    }

    /** Java's own file of options, with its quotes. */
    @Test
    void javaReadsTheOptionsOfTheRuntimeFromAnyDirectory() throws Exception {
        Path build = Files.createDirectories(dir.resolve("a \"strange\" \\place #1"));
        new Bash(dir).with("APP", build).sourced("note_runtime_options \"$APP\"");
        Path java = Path.of(System.getProperty("java.home"), "bin/java");
        bash = new Bash(dir);

        // shown before the class is looked for, which is not there
        var result = bash.run(List.of(
                java.toString(), "-XshowSettings:properties", "@" + build.resolve("oci.options"), "@no-options"));

        assertThat(result.err())
                .contains("java.class.path = " + build + "/lib/runtime-core-*.jar")
                .contains("dev.ferry.runtime.command.RuntimeMain");
    }

    @Test
    void helpOfABenchmarkFetchesNothing() throws Exception {
        Path clone = clone("printf '%s\\n' \"$@\"");
        Files.writeString(clone.resolve("tools/provision.sh"), "die 'provisioning was begun'");
        bash = new Bash(dir);
        String ferry = clone.resolve("ferry").toString();
        for (List<String> words : List.of(
                List.of("bench"), List.of("bench", "help"), List.of("bench", "--help"), List.of("engine", "--help"))) {
            List<String> command = new ArrayList<>(List.of(ferry));
            command.addAll(words);
            assertThat(bash.run(command).err()).as("%s", words).isEmpty();
        }
        assertThat(bash.run(List.of(ferry, "bench", "start")).err()).contains("provisioning was begun");
    }

    @Test
    void buildThatFailsKeepsItsOutputAndNamesIt() throws Exception {
        Path clone = clone("");
        Files.delete(clone.resolve("target/ferry/current/built"));
        Bash.script(dir.resolve("bin/mvn"), "echo '[ERROR] the cause'; echo 'what led to it'; exit 1");
        bash = new Bash(dir)
                .with("PATH", dir.resolve("bin") + ":/usr/bin:/bin")
                .with("FERRY_JAVA_HOME", dir.resolve("jdk of the build"));
        var result = bash.run(List.of(clone.resolve("ferry").toString(), "ps"));
        Path log = clone.resolve("target/ferry/build.log");
        assertThat(result.code()).isEqualTo(125);
        assertThat(result.err()).contains("[ERROR] the cause").contains("the whole output is in " + log);
        assertThat(log).content().contains("what led to it");
        assertThat(clone.resolve("target/ferry/1")).as("the build before").exists();
    }

    /** What the launcher becomes, an engine say, lives for long, and whoever waits for the lock with it. */
    @Test
    void whoWaitedForTheBuildOfAnotherKeepsNoLock() throws Exception {
        var result = new Bash(dir)
                .with("BUILDS", dir)
                .sourced("flock() { [ \"$1\" != -n ] && command flock \"$@\"; }; up_to_date() { true; };"
                        + " build && ls -l /proc/$$/fd");
        assertThat(result.err()).contains("waiting for another build");
        assertThat(result.out())
                .contains("pipe:")
                .doesNotContain(dir.resolve("lock").toString());
    }

    @Test
    void signalsReachJava() throws Exception {
        Path clone = clone("trap 'exit 7' TERM; echo ready; while :; do read -rt 10 <> <(:); done");
        bash = new Bash(dir);
        Process process = bash.start(List.of(clone.resolve("ferry").toString(), "ps"));
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(7);
    }

    /** A clone "just built" with nothing to compile; {@code java} is its Java. */
    private Path clone(String java) throws IOException {
        Path clone = dir.resolve("my clone");
        Files.createDirectories(clone.resolve("tools"));
        Files.copy(Bash.REPOSITORY.resolve("ferry"), clone.resolve("ferry"));
        Files.copy(Bash.REPOSITORY.resolve("tools/provision.sh"), clone.resolve("tools/provision.sh"));
        Bash.script(clone.resolve("ferry"), Files.readString(Bash.REPOSITORY.resolve("ferry")));
        Files.createDirectories(clone.resolve("module/src/main"));
        Files.writeString(clone.resolve("pom.xml"), "");
        Files.writeString(clone.resolve("module/pom.xml"), "");
        Files.writeString(clone.resolve("module/src/main/A.java"), "");
        Path jdk = Bash.jdk(dir.resolve("jdk of the build"), "25", java);
        Files.createDirectories(clone.resolve("target/ferry/1"));
        Files.createSymbolicLink(clone.resolve("target/ferry/current"), Path.of("1"));
        Files.writeString(clone.resolve("target/ferry/1/java"), jdk + "\n");
        Files.writeString(clone.resolve("target/ferry/1/built"), "");
        makeOld(clone);
        return clone;
    }

    /** Dates everything but the build stamp to a time before the stamp. */
    private static void makeOld(Path clone) throws IOException {
        try (var files = Files.walk(clone)) {
            for (Path file : files.filter(f -> !f.endsWith("built")).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
            }
        }
        Files.setLastModifiedTime(
                clone.resolve("target/ferry/1/built"),
                FileTime.from(Instant.now().minusSeconds(60)));
    }

    private String freshness(Path clone) throws Exception {
        return new Bash(dir)
                .with("CLONE", clone)
                .sourced("HOME_DIR=$CLONE APP=$CLONE/target/ferry/current; up_to_date && echo fresh || echo stale")
                .out()
                .strip();
    }
}
