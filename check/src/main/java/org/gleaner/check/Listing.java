package org.gleaner.check;

import java.util.List;
import java.util.Set;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.gleaner.check.CheckRequest.Task;

/// Programs and bugs, and what they are about.
public final class Listing {
    private final List<Program> programs;
    private final List<Variant> bugs;

    /// @param names as in [CheckRequest]: what they would check; all for none
    /// @throws Refused if a name is unknown
    public Listing(List<String> names) {
        List<Task> tasks = new CheckRequest(names, null, null, null, null).tasks();
        Set<Program> of = tasks.stream().map(Task::program).collect(Collectors.toSet());
        Set<Variant> with = tasks.stream().map(Task::variant).collect(Collectors.toSet());
        programs = Catalogue.programs().stream().filter(of::contains).toList();
        bugs = Catalogue.bugs().stream().filter(with::contains).toList();
    }

    /// For people.
    public String text() {
        StringBuilder out = new StringBuilder("programs:\n");
        for (Program p : programs) {
            out.append(String.format("  %-20s %s%n", p.name(), p.checks()));
        }
        out.append("bugs:\n");
        for (Variant v : bugs) {
            String in = String.join(", ", v.programs);
            out.append(String.format("  %-25s %s (%s); in %s%n", v.name, v.what, v.source, in));
        }
        return out.toString();
    }

    /// As one JSON document.
    public String json() {
        Collector<CharSequence, ?, String> lines = Collectors.joining(",\n", "[\n", "\n]");
        return "{\"programs\": "
                + programs.stream().map(Listing::program).collect(lines)
                + ",\n\"bugs\": "
                + bugs.stream().map(Listing::bug).collect(lines)
                + "}\n";
    }

    private static String program(Program p) {
        String form =
                "{\"name\": %s, \"checks\": %s, \"source\": %s, \"bound\": %s, \"storeBuffers\": %b,"
                        + " \"hasDesign\": %b}";
        return form.formatted(
                CheckJson.quote(p.name()),
                CheckJson.quote(p.checks()),
                CheckJson.quote(p.source()),
                p.bound() == Search.UNBOUNDED ? "null" : Integer.toString(p.bound()),
                p.storeBuffers(),
                p.hasDesign());
    }

    private static String bug(Variant v) {
        return "{\"name\": %s, \"what\": %s, \"source\": %s, \"programs\": %s}"
                .formatted(
                        CheckJson.quote(v.name),
                        CheckJson.quote(v.what),
                        CheckJson.quote(v.source),
                        CheckJson.array(v.programs));
    }
}
