package dev.ferry.cli.demo;

import dev.ferry.cli.render.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the demonstration measured and checked. */
public final class DemoReport {
    /** One number for the table. */
    public record Figure(String what, String value) {}

    /** One check; {@code fault} is empty when it holds. */
    public record Check(String what, String fault) {
        public boolean holds() {
            return fault.isEmpty();
        }
    }

    private final List<Figure> figures = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();

    void figure(String what, String value) {
        figures.add(new Figure(what, value));
    }

    void check(String what, Optional<String> fault) {
        checks.add(new Check(what, fault.orElse("")));
    }

    void check(String what, boolean holds, String fault) {
        check(what, holds ? Optional.empty() : Optional.of(fault));
    }

    public List<Figure> figures() {
        return List.copyOf(figures);
    }

    public List<Check> checks() {
        return List.copyOf(checks);
    }

    /** Whether every check holds, and there is one. */
    public boolean isGood() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::holds);
    }

    public Table figureTable() {
        Table table = new Table("MEASURED", "");
        figures.forEach(f -> table.row(f.what(), f.value()));
        return table;
    }

    public Table checkTable() {
        Table table = new Table("CHECKED", "");
        checks.forEach(c -> table.row(c.what(), c.holds() ? "yes" : "NO: " + c.fault()));
        return table;
    }
}
