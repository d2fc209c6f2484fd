package dev.ferry.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.PeerDetail;
import dev.ferry.api.model.ferry.PeerInvitation;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.UsageError;
import dev.ferry.cli.migration.Migrations;
import dev.ferry.cli.render.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @Test
    void helpListsEveryCommandAndTheExitCodes() {
        assertThat(call("--help")).isEqualTo(ExitCode.OK);
        assertThat(output())
                .contains("engine", "run", "ps", "logs", "exec", "stop", "kill", "start", "rm", "inspect", "images")
                .contains("image", "checkpoint", "restore", "demo", "doctor", "version", "bench", "provision")
                .contains("migrate ", "migrations ", "migration ", "peer ")
                .contains("125 the engine refused");
        assertThat(errors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "ps --nonsense",
                "run",
                "exec web",
                "image",
                "checkpoint",
                "run --memory lots busybox",
                "run --cpus some busybox",
                "ps --host nowhere",
                "image from-host --with rust",
                "image from-host --add /etc",
                "demo --memory 1",
                "demo --root /x",
                "run --label =a busybox",
                "run --security-opt seccomp=nonsense busybox",
                "migrate",
                "migrate job",
                "migrate --to b",
                "migrate job --to b --bandwidth fast",
                "migrate job --to b --bandwidth 0",
                "migrate job --to b --volume-present data",
                "migrate job --to b --dry-run --detach",
                "migrations --all",
                "migration",
                "migration inspect",
                "migration cancel",
                "migration resolve 0123",
                "migration resolve --run here",
                "migration resolve 0123 --run nowhere --yes",
                "peer",
                "peer invite b",
                "peer join",
                "peer rm"
            })
    void wrongCommandLineIsUsage(String line) {
        assertThat(call(line.isEmpty() ? new String[0] : line.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).startsWith("ferry: ");
        assertThat(output()).isEmpty();
    }

    @Test
    void engineThatIsNotThereIsToldWithARemedy() {
        assertThat(call("--host", "unix://" + directory.resolve("none.sock"), "ps"))
                .isEqualTo(ExitCode.ENGINE);
        assertThat(errors())
                .contains("no engine answers at 'unix://" + directory)
                .contains("start one with 'ferry engine'");
    }

    @Test
    void socketWithoutItsEngineIsToldApart() throws Exception {
        Path socket = Files.createFile(directory.resolve("old.sock"));
        assertThat(call("ps", "--host", "unix://" + socket)).isEqualTo(ExitCode.ENGINE);
        assertThat(errors()).contains("its engine is gone");
    }

    @Test
    void listOfContainersAsATable() {
        ContainerSummary web = ContainerSummary.builder()
                .id("0123456789abcdef0123")
                .names(List.of("/web"))
                .image("busybox")
                .command("sh -c 'while true; do echo a; sleep 1; done'")
                .created(1000)
                .status("Up 5 minutes")
                .build();
        assertThat(Ps.table(List.of(web), Instant.ofEpochSecond(1300)).text()).isEqualTo("""
                        CONTAINER ID   NAME   IMAGE     COMMAND                          CREATED         STATUS
                        0123456789ab   web    busybox   sh -c 'while true; do echo a;…   5 minutes ago   Up 5 minutes
                        """);
    }

    @ParameterizedTest
    @CsvSource({"512m, 536870912", "1.5g, 1610612736", "64MiB, 67108864", "1000, 1000", "2kb, 2048", "7b, 7"})
    void sizes(String text, long bytes) {
        assertThat(SizeText.bytes("--memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-5m", "1x", "99999999999t", "1.5.5g"})
    void wrongSizes(String text) {
        assertThatThrownBy(() -> SizeText.bytes("--memory", text))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("--memory '" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "50MB, 52428800",
        "512k, 524288",
        "1000, 1000",
        "1Gbit, 125000000",
        "1.5mbits/s, 187500",
        "8bit, 1",
        "2MiB/s, 2097152"
    })
    void rates(String text, long bytesPerSecond) {
        assertThat(SizeText.bytesPerSecond("--bandwidth", text)).isEqualTo(bytesPerSecond);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "-1m", "0", "0.5", "7bit", "1Gbit/h", "99999999999tbit", "1Gibit"})
    void wrongRates(String text) {
        assertThatThrownBy(() -> SizeText.bytesPerSecond("--bandwidth", text))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("--bandwidth '" + text + "'");
    }

    @Test
    void listsOfMigrationsMarkDoubtsAndNameTheirRemedy() {
        List<MigrationDetail> all =
                List.of(Migrations.underWay("dump"), Migrations.moved(), Migrations.inDoubt("target"));
        assertThat(MigrationLs.table(all, Instant.parse("2026-01-01T00:05:00Z")).text())
                .isEqualTo("""
                        MIGRATION      CONTAINER   DIRECTION   STATE         PHASE      BEGUN           BLACKOUT
                        0123456789ab   job         to b        frozen        dump       5 minutes ago
                        0123456789ab   job         to b        retired       moved      5 minutes ago   412.3 ms
                        0123456789ab   job         from b      handed-over   IN DOUBT   5 minutes ago
                        """);
        assertThat(MigrationLs.doubts(all)).isEqualTo("""

                        in doubt, job: no answer
                            ferry migration resolve 0123456789ab --run here|there
                        """);
        assertThat(MigrationLs.doubts(List.of(Migrations.moved()))).isEmpty();
    }

    @Test
    void listOfPeers() {
        List<PeerDetail> peers = List.of(
                new PeerDetail("b", "192.0.2.1:7070", "abcdef0123456789"), new PeerDetail("c", "", "0123456789abcdef"));
        assertThat(PeerLs.table(peers).text()).isEqualTo("""
                        PEER   ADDRESS              FINGERPRINT
                        b      192.0.2.1:7070       abcdef012345
                        c      it comes here only   0123456789ab
                        """);
    }

    @Test
    void invitationIsToldWithItsEnd() {
        assertThat(PeerInvite.hint(new PeerInvitation("secret", "2026-01-01T01:00:00Z", "192.0.2.1:7070")))
                .contains("until 2026-01-01T01:00:00Z", "ferry peer join TOKEN", "192.0.2.1:7070")
                .doesNotContain("secret");
    }

    @Test
    void resolvingWithoutATerminalNeedsToBeMeant() {
        assertThat(call("migration", "resolve", "0123", "--run", "there")).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("without a terminal --yes is needed");
    }

    @ParameterizedTest
    @CsvSource({
        "source, HERE, will go on here; from the dump; does not run at 'b'",
        "source, THERE, will be removed; be sure that it runs at 'b'",
        "target, HERE, will go on here; from what was received; does not run at 'b'",
        "target, THERE, will be deleted; be sure that it runs at 'b'"
    })
    void resolvingSaysWhatItDoes(String side, MigrationResolve.Place run, String parts) {
        assertThat(MigrationResolve.consequences(Migrations.inDoubt(side), run)).contains(parts.split("; ", -1));
    }

    @ParameterizedTest
    @CsvSource({"y, true", "Yes, true", "' y ', true", "n, false", "'', false", "yesterday, false"})
    void onlyYesIsYes(String answer, boolean yes) {
        assertThat(MigrationResolve.isYes(answer)).isEqualTo(yes);
    }

    @Test
    void seccompProfileIsANameOrAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("own.json"), "{ \"defaultAction\": \"SCMP_ACT_ALLOW\" }");
        assertThat(SecurityText.resolve(List.of(
                        "seccomp=checkpoint",
                        "seccomp=builtin",
                        "seccomp=default",
                        "seccomp=unconfined",
                        "seccomp=" + file,
                        "no-new-privileges")))
                .containsExactly(
                        "seccomp=checkpoint",
                        "seccomp=builtin",
                        "seccomp=builtin",
                        "seccomp=unconfined",
                        "seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
                        "no-new-privileges");
    }

    @Test
    void whatTheLauncherDoesIsToldToWhoeverStartsTheJar() {
        assertThat(call("bench", "start", "--runs", "1")).isEqualTo(ExitCode.ENGINE);
        assertThat(errors()).contains("'bench' is done by the launcher").contains("FERRY_LAUNCHER");
    }

    @Test
    void doctorTellsOtherUsersToAskAsRoot() {
        assertThat(Doctor.hint(0)).isEmpty();
        assertThat(Doctor.hint(1000)).contains("run this as root");
    }

    @Test
    void imageNamesWithPortAndTag() {
        assertThat(ImageName.parse("host:5000/a/b")).isEqualTo(new ImageName("host:5000/a/b", "latest"));
        assertThat(ImageName.parse("host:5000/a/b:1")).isEqualTo(new ImageName("host:5000/a/b", "1"));
        assertThat(ImageName.parse("")).isEqualTo(new ImageName("", ""));
    }

    private int call(String... arguments) {
        Console console = new Console(InputStream.nullInputStream(), out, err);
        int code;
        try {
            code = Commands.execute(List.of(arguments), new Invocation(console, Map.of("PATH", "/bin")));
        } finally {
            console.flush();
        }
        return code;
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
