package dev.ferry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.rpc.CriuVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Provisioning, as far as it can be tried without fetching: its decisions, refusals and file handling. */
@Tag("kernel")
class ProvisioningTest {
    @TempDir
    Path dir;

    @Test
    void readsTheMirrorFromBothFormsOfSourceLists() throws Exception {
        Files.createDirectories(dir.resolve("apt/sources.list.d"));
        Files.writeString(dir.resolve("apt/sources.list"), """
                # deb http://commented.example/debian stable main
                deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian stable main
                deb-src http://source.example/debian stable main
                  deb http://two.example/debian/ stable main
                """);
        Files.writeString(
                dir.resolve("apt/sources.list.d/x.sources"),
                "Types: deb\nURIs: http://three.example/debian https://four.example/debian\nSuites: stable\n");
        assertThat(new Bash(dir).sourced("uris_of_source_lists apt").out().lines())
                .containsExactly(
                        "http://one.example/debian",
                        "http://two.example/debian/",
                        "http://three.example/debian",
                        "https://four.example/debian");
    }

    @Test
    void namesTheManualWayWhenToldNotToFetch() throws Exception {
        var result = new Bash(dir).with("FERRY_NO_PROVISION", "1").sourced("find_jdk() { return 1; }; provide_jdk");
        assertThat(result.code()).isEqualTo(125);
        assertThat(result.err())
                .contains("nothing is fetched, because of --no-provision")
                .contains("by hand: install a full JDK 22 or newer and name it in JAVA_HOME");
        assertThat(dir.resolve("tools prefix")).doesNotExist();
    }

    @Test
    void whoeverFetchesByHandIsToldOfEverythingAtOnce() throws Exception {
        String bare = "has_seccomp() { false; }; has_nft() { false; }; has_busybox() { false; }; "
                + "find_jdk() { return 1; }; find_maven() { return 1; }; find_criu() { return 1; }; ";
        String offline = bare + "have_apt() { true; }; install_jdk() { return 1; }; private_jdk() { return 1; }; ";
        var refused = new Bash(dir).with("FERRY_NO_PROVISION", "1").sourced(bare + "provide_jdk");
        var failed = new Bash(dir).sourced(offline + "provide_jdk");
        assertThat(failed.err()).contains("jdk could not be fetched: is this host offline");
        for (var result : List.of(refused, failed)) {
            assertThat(result.code()).isEqualTo(125);
            assertThat(result.err().lines().filter(line -> line.startsWith("ferry: by hand")))
                    .hasSize(6)
                    .anyMatch(line -> line.contains("CRIU"))
                    .anyMatch(line -> line.contains("Maven"))
                    .anyMatch(line -> line.contains("busybox"));
        }
    }

    @Test
    void prefixThatCannotBeWrittenIsNamed() throws Exception {
        Files.createFile(dir.resolve("file"));
        var result =
                new Bash(dir).with("FERRY_TOOLS", dir.resolve("file/tools")).sourced("provision_lock");
        assertThat(result.code()).isEqualTo(125);
        assertThat(result.err()).contains("set FERRY_TOOLS to a directory you may write");
    }

    @Test
    void namesTheManualWayOnAnotherDistribution() throws Exception {
        var result = new Bash(dir).sourced("distribution() { echo fedora; }; may_provision jdk maven criu; echo $?");
        assertThat(result.out()).isEqualTo("1\n");
        assertThat(result.err())
                .contains("neither Debian nor Ubuntu")
                .contains("install a full JDK", "install Maven", "install CRIU");
    }

    @Test
    void refusesAnOldCriuAndOneThatRefusesTheKernel() throws Exception {
        Path criu = dir.resolve("criu");
        var bash = new Bash(dir).with("FERRY_CRIU", criu);
        assertThat(bash.sourced("find_criu || echo \"$CRIU_PROBLEM\"").out())
                .isEqualTo("version unknown, older than 4.1\n");
        Bash.script(criu, "echo 'Version: 3.17.1'");
        assertThat(bash.sourced("find_criu || echo \"$CRIU_PROBLEM\"").out())
                .isEqualTo("version 3.17.1, older than 4.1\n");
        // "criu check" wants root, so find_criu asks it only as root: hence the function itself
        Bash.script(criu, """
                [ "$1" = --version ] && echo 'Version: 4.2.1' && exit
                echo 'Warn  (criu/x.c:1): a warning'
                echo 'Error (criu/cr-check.c:9): Kernel lacks a thing' >&2
                exit 1
                """);
        assertThat(bash.sourced("COMMAND=(\"$FERRY_CRIU\"); criu_is_content || echo \"$CRIU_PROBLEM\"")
                        .out())
                .isEqualTo("\"criu check\" refuses this kernel: Error (criu/cr-check.c:9): Kernel lacks a thing\n");
        Bash.script(criu, "[ \"$1\" = --version ] && echo 'Version: 4.2.1'; exit 0");
        assertThat(bash.sourced("find_criu && echo \"${COMMAND[@]}\"").out()).isEqualTo(criu + "\n");
    }

    /** Launcher, engine and documents name the same oldest release. */
    @Test
    void oldestCriuIsTheOneTheEngineAccepts() throws Exception {
        String least = new Bash(dir).sourced("echo \"$CRIU_LEAST\"").out().strip();
        assertThat(CriuVersion.parse(least)).isEqualTo(CriuVersion.OLDEST_SUPPORTED);
        assertThat(Bash.REPOSITORY.resolve("README.md")).content().contains("CRIU >= " + least);
        assertThat(Bash.REPOSITORY.resolve("docs/adr/0010-criu-by-rpc.md"))
                .content()
                .contains("CRIU >= " + least);
    }

    /** Since 6.16 the kernel refuses a question that older ones ask of every socket. */
    @Test
    void newKernelsWantANewCriu() throws Exception {
        assertThat(new Bash(dir)
                        .sourced(
                                "for kernel in 6.1.0-40-amd64 6.15.11 6.16 6.18.44-fc 7.0; do criu_wanted $kernel; done")
                        .out())
                .isEqualTo("4.1\n4.1\n4.2\n4.2\n4.2\n");
    }

    @Test
    void turnsLinksOfAnUnpackedTreeInwards() throws Exception {
        Path tree = dir.resolve("root");
        Files.createDirectories(tree.resolve("etc/java"));
        Files.createDirectories(tree.resolve("usr/lib/jvm"));
        Files.writeString(tree.resolve("etc/java/conf"), "ours");
        Files.createSymbolicLink(tree.resolve("usr/lib/jvm/conf"), Path.of("/etc/java/conf"));
        Files.createSymbolicLink(tree.resolve("usr/lib/host"), Path.of("/no/such"));
        Files.createSymbolicLink(tree.resolve("usr/lib/near"), Path.of("jvm"));
        assertThat(new Bash(dir).sourced("relink \"$HOME/root\"").code()).isZero();
        assertThat(Files.readSymbolicLink(tree.resolve("usr/lib/jvm/conf"))).hasToString("../../../etc/java/conf");
        assertThat(tree.resolve("usr/lib/jvm/conf")).hasContent("ours");
        assertThat(Files.readSymbolicLink(tree.resolve("usr/lib/host"))).hasToString("/no/such");
        assertThat(Files.readSymbolicLink(tree.resolve("usr/lib/near"))).hasToString("jvm");
    }

    @Test
    void startsAnUnpackedProgramWithItsOwnLoader() throws Exception {
        Path libraries = Files.createDirectories(dir.resolve("root/usr/lib/x86_64-linux-gnu"));
        Files.writeString(libraries.resolve("ld-linux-x86-64.so.2"), "");
        assertThat(new Bash(dir)
                        .sourced("command_lines \"$HOME/root\" /usr/sbin/criu")
                        .out()
                        .lines())
                .containsExactly(
                        libraries + "/ld-linux-x86-64.so.2",
                        "--library-path",
                        libraries.toString(),
                        dir.resolve("root").resolve("usr/sbin/criu").toString());
    }

    /** The package is real, the archive it would come from is not. */
    @Test
    void keepsTheOneEmulatorOfAPackageThatIsAskedFor() throws Exception {
        Path contents = dir.resolve("package");
        Bash.script(contents.resolve("usr/bin/qemu-aarch64"), "echo emulating");
        Bash.script(contents.resolve("usr/bin/qemu-arm"), "exit 1");
        Files.createDirectories(contents.resolve("DEBIAN"));
        Files.writeString(
                contents.resolve("DEBIAN/control"),
                "Package: qemu-user\nVersion: 1\nArchitecture: all\nMaintainer: us <us@example.org>\nDescription: none\n");
        var bash = new Bash(dir);
        String archive = "dpkg-deb -b package one.deb >/dev/null; "
                + "have_apt() { true; }; newer_suites() { echo lacking having; }; prepare_own_apt() { true; }; "
                + "version_in_suite() { echo 10.0; }; "
                + "fetch_closure() { [ \"$1\" = having ] && echo \"$HOME/one.deb\"; }; ";
        assertThat(bash.sourced(archive + "provide_emulator").code()).isZero();
        Path place = dir.resolve("tools prefix/qemu-aarch64");
        assertThat(place.toFile().list()).containsExactlyInAnyOrder("command", "version", "qemu-aarch64");
        assertThat(place.resolve("command"))
                .hasContent(place.resolve("qemu-aarch64").toString());
        assertThat(bash.sourced("\"$TOOLS/qemu-aarch64/qemu-aarch64\"").out()).isEqualTo("emulating\n");
        assertThat(bash.sourced("fetch_closure() { exit 9; }; provide_emulator").code())
                .isZero();
    }

    @Test
    void anEmulatorThatDoesNotRunIsNotKept() throws Exception {
        var result = new Bash(dir)
                .sourced("have_apt() { true; }; newer_suites() { echo one; }; prepare_own_apt() { true; }; "
                        + "fetch_closure() { echo /no/such.deb; }; provide_emulator");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("does not run here", "by hand: install the program qemu-aarch64");
        assertThat(dir.resolve("tools prefix").toFile().list()).containsExactly(".lock");
    }

    @Test
    void provisionRefusesWhatItDoesNotKnow() throws Exception {
        var result = new Bash(dir).sourced("provision --peers --everything");
        assertThat(result.code()).isEqualTo(125);
        assertThat(result.err()).contains("--emulator, not \"--everything\"");
    }

    @Test
    void putsAFinishedDirectoryInPlaceOfAnOlderOne() throws Exception {
        var bash = new Bash(dir).with("FERRY_TOOLS", dir);
        for (String text : new String[] {"first", "second"}) {
            Files.createDirectories(dir.resolve("stage"));
            Files.writeString(dir.resolve("stage/" + text), "");
            assertThat(bash.sourced("put_in_place \"$TOOLS/stage\" \"$TOOLS/criu\"")
                            .code())
                    .isZero();
            assertThat(dir.resolve("criu").toFile().list()).containsExactly(text);
        }
        assertThat(dir.toFile().list()).containsExactlyInAnyOrder("criu", "stderr");
    }
}
