package dev.ferry.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The commands of a document: lines that are indented by four spaces. A comment line below a command shows a line of its output, in
 * which {@code …} stands for anything; a comment behind a command is for the reader.
 */
record Page(List<Command> commands) {
    private static final String INDENT = "    ";
    private static final String SHOWN = "# ";

    /**
     * One command.
     *
     * @param line as a shell takes it
     * @param shown lines that its output has, in this order
     */
    record Command(String line, List<String> shown) {
        boolean isInBackground() {
            return line.endsWith("&");
        }

        /** Whether it goes on until somebody ends it. */
        boolean follows() {
            return line.contains(" -f ") && line.contains("logs");
        }

        /** The first shown line that the output does not have behind those before it; empty when all are there. */
        String missingIn(String output) {
            List<String> lines = output.lines().toList();
            int from = 0;
            for (String wanted : shown) {
                Pattern pattern = Pattern.compile(List.of(wanted.split("…", -1)).stream()
                        .map(part -> Pattern.quote(part).replace("   ", "\\E +\\Q"))
                        .collect(Collectors.joining(".*")));
                while (from < lines.size()
                        && !pattern.matcher(lines.get(from).strip()).matches()) {
                    from++;
                }
                if (from == lines.size()) {
                    return wanted;
                }
                from++;
            }
            return "";
        }
    }

    /**
     * Reads a document.
     *
     * @param section the heading to which the commands belong; empty for all
     */
    static Page read(Path file, String section) throws IOException {
        List<Command> commands = new ArrayList<>();
        boolean wanted = section.isEmpty();
        for (String text : Files.readAllLines(file)) {
            if (text.startsWith("#")) {
                wanted = section.isEmpty() || text.endsWith(" " + section);
            } else if (wanted && text.startsWith(INDENT)) {
                String line = text.substring(INDENT.length()).strip();
                if (line.startsWith(SHOWN)) {
                    Command last = commands.removeLast();
                    List<String> shown = new ArrayList<>(last.shown());
                    shown.add(line.substring(SHOWN.length()).strip());
                    commands.add(new Command(last.line(), shown));
                } else {
                    commands.add(new Command(line.replaceFirst("\\s{2,}# .*$", ""), List.of()));
                }
            }
        }
        return new Page(List.copyOf(commands));
    }
}
