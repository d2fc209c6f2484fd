package dev.ferry.cli.command;

import dev.ferry.api.model.ferry.HostFinding;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Table;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.Checkpointer;
import dev.ferry.criu.checkpoint.CriuProbe;
import dev.ferry.criu.preflight.Finding;
import dev.ferry.criu.preflight.HostInspection;
import dev.ferry.criu.preflight.HostReport;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.container.ContainerLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description = "What this host can do for containers and their checkpoints, and what to change.",
        footer = {"", "Needs no engine. Exit code 1 when something is missing without which Ferry does not work."})
final class Doctor implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--json", description = "as JSON")
    private boolean json;

    Doctor(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        HostReport report = inspect(invocation.environment());
        List<HostFinding> findings =
                report.findings().stream().map(Doctor::finding).toList();
        if (json) {
            invocation.console().json(new dev.ferry.api.model.ferry.HostReport(findings));
        } else {
            invocation.console().table(table(findings));
            for (HostFinding finding : findings) {
                if (!finding.remedy().isEmpty()) {
                    invocation.console().line("\n" + finding.subject() + ": " + finding.remedy());
                }
            }
            invocation.console().text(hint((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
        }
        return report.isUsable() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    /** What whoever is not root should know of the answer. */
    static String hint(int user) {
        return user == 0 ? "" : "\nCRIU can only be tried by root: run this as root for the whole answer\n";
    }

    static Table table(List<HostFinding> findings) {
        Table table = new Table("WHAT", "STATUS", "FOUND");
        findings.forEach(f -> table.row(f.subject(), f.status(), f.detail()));
        return table;
    }

    /** CRIU is asked what it can do here: files alone do not tell. */
    private static HostReport inspect(Map<String, String> environment) throws IOException {
        Path work = Files.createTempDirectory("ferry-doctor-");
        try (ContainerLauncher launcher = new ContainerLauncher()) {
            CriuProbe probe = new Checkpointer(CriuInstallation.locate(environment), launcher, work).probe();
            return HostInspection.withCriu(probe.version(), probe.features());
        } catch (CriuException e) {
            return HostInspection.withoutCriu(e);
        } finally {
            try (Stream<Path> tree = Files.walk(work)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static HostFinding finding(Finding finding) {
        return new HostFinding(
                finding.name(), finding.status().name().toLowerCase(Locale.ROOT), finding.detail(), finding.remedy());
    }
}
