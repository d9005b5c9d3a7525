package org.gleaner.check;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.gleaner.check.CheckRequest.Task;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Variant;
import org.gleaner.check.schedule.Search;
import org.jspecify.annotations.Nullable;

/// Programs and bugs, and what they are about.
public final class Listing {
    private final List<Program> programs;
    private final List<Variant> bugs;

    /// @param names as in [CheckRequest]: what they would check; all for none
    /// @throws Refused if a name is unknown
    public Listing(List<String> names) {
        List<Task> tasks = new CheckRequest(names, null, null, null, null, null).tasks();
        Set<Program> of = tasks.stream().map(Task::program).collect(Collectors.toSet());
        Set<Variant> with = tasks.stream().map(Task::variant).collect(Collectors.toSet());
        programs = Catalogue.programs().stream().filter(of::contains).toList();
        bugs = Catalogue.bugs().stream().filter(with::contains).toList();
    }

    /// For people.
    public String text() {
        StringBuilder out = new StringBuilder("programs:\n");
        for (Program p : programs) {
            out.append(String.format("  %-22s  %s%n", p.name(), p.checks()));
        }
        out.append("bugs:\n");
        for (Variant v : bugs) {
            String in = String.join(", ", v.programs);
            out.append(String.format("  %-30s  %s (%s); in %s%n", v.name, v.what, v.source, in));
        }
        return out.toString();
    }

    /// All of it, as records.
    public Listed listed() {
        return new Listed(
                programs.stream().map(ListedProgram::of).toList(),
                bugs.stream().map(ListedBug::of).toList());
    }

    /// What is listed.
    public record Listed(List<ListedProgram> programs, List<ListedBug> bugs) {}

    /// One program.
    ///
    /// @param bound most preemptions that are explored; null for any number
    /// @param memory how its memory is ordered: of [org.gleaner.check.program.MemoryModel]
    /// @param isPortable whether it may be explored under that of arm64
    /// @param hasDesign whether it can be run under any aging design
    public record ListedProgram(
            String name,
            String checks,
            String source,
            @Nullable Integer bound,
            String memory,
            boolean isPortable,
            boolean hasDesign) {
        private static ListedProgram of(Program p) {
            Integer bound = p.bound() == Search.UNBOUNDED ? null : p.bound();
            return new ListedProgram(
                    p.name(),
                    p.checks(),
                    p.source(),
                    bound,
                    p.memory().id,
                    p.isPortable(),
                    p.hasDesign());
        }
    }

    /// One bug, and the programs that find it.
    public record ListedBug(String name, String what, String source, List<String> programs) {
        private static ListedBug of(Variant v) {
            return new ListedBug(v.name, v.what, v.source, v.programs);
        }
    }
}
