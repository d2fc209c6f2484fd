package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.migration.ProgressText;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.render.Quantities;
import dev.ferry.cli.render.Table;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", description = "List migrations from and to this engine, newest first.")
final class MigrationLs implements Callable<Integer> {
    private final Invocation invocation;

    @Mixin
    private ListForm form = new ListForm();

    MigrationLs(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<MigrationDetail> migrations;
        try (EngineClient engine = invocation.engine()) {
            migrations = engine.migrations().list();
        }
        Instant now = Instant.now();
        form.show(migrations, each -> Names.shortId(each.id()), all -> table(all, now), invocation.console());
        if (form.isTable()) {
            invocation.console().text(doubts(migrations));
        }
        return ExitCode.OK;
    }

    static Table table(List<MigrationDetail> migrations, Instant now) {
        Table table = new Table("MIGRATION", "CONTAINER", "DIRECTION", "STATE", "PHASE", "BEGUN", "BLACKOUT");
        for (MigrationDetail each : migrations) {
            table.row(
                    Names.shortId(each.id()),
                    each.name(),
                    (each.side().equals("source") ? "to " : "from ") + each.peer(),
                    each.state(),
                    phase(each),
                    age(each.begun(), now),
                    each.blackoutMicros() > 0 ? Quantities.micros(each.blackoutMicros()) : "");
        }
        return table;
    }

    /** What happens now, or what it came to. */
    private static String phase(MigrationDetail each) {
        if (each.inDoubt()) {
            return "IN DOUBT";
        }
        return each.outcome().isEmpty() ? ProgressText.stage(each) : each.outcome();
    }

    private static String age(String begun, Instant now) {
        try {
            return Quantities.span(Duration.between(Instant.parse(begun), now)) + " ago";
        } catch (DateTimeException e) {
            return begun;
        }
    }

    /** What to do about those that need a user. */
    static String doubts(List<MigrationDetail> migrations) {
        StringBuilder text = new StringBuilder();
        for (MigrationDetail each : migrations) {
            if (each.inDoubt()) {
                text.append("\nin doubt, ")
                        .append(each.name())
                        .append(": ")
                        .append(each.error())
                        .append("\n    ")
                        .append(each.remedy())
                        .append('\n');
            }
        }
        return text.toString();
    }
}
