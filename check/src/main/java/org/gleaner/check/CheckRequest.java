package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.mm.aging.AgingDesign;
import org.jspecify.annotations.Nullable;

/// What to check.
///
/// @param names of programs (`age-zap`), bugs (`aged-by-store`), or both (`age-zap/aged-by-store`); none for
///     the whole catalogue
/// @param design the aging design under which programs run that do not name one; null for each variant's own
/// @param bound most preemptions, or null for each program's own
/// @param schedule to be replayed instead of a search, or null; needs one name
/// @param seed of a random search instead of a systematic one, or null
public record CheckRequest(
        List<String> names,
        @Nullable String design,
        @Nullable Integer bound,
        @Nullable String schedule,
        @Nullable Long seed) {
    public CheckRequest {
        names = List.copyOf(names);
    }

    /// One search.
    record Task(Program program, Variant variant) {
        String name() {
            return variant.isBug() ? program.name() + "/" + variant.name : program.name();
        }
    }

    /// The searches that are asked for.
    ///
    /// @throws IllegalArgumentException if a name is unknown or a schedule is none; the message names what
    ///     is known
    List<Task> tasks() {
        List<Task> tasks = new ArrayList<>();
        if (names.isEmpty()) {
            Catalogue.programs().forEach(p -> addAll(tasks, p));
        }
        for (String name : names) {
            add(tasks, name);
        }
        if (schedule != null) {
            ScheduleString.parse(schedule);
            if (tasks.size() > 1) {
                // A program's name alone means what is right.
                tasks.removeIf(task -> task.variant().isBug());
            }
            if (tasks.size() != 1) {
                throw new IllegalArgumentException("a schedule is of one program: PROGRAM[/BUG]");
            }
        }
        return tasks;
    }

    private void addAll(List<Task> tasks, Program program) {
        tasks.add(new Task(program, under(Variant.FIXED)));
        if (design == null) {
            for (Variant bug : Catalogue.bugs()) {
                if (bug.programs.contains(program.name())) {
                    tasks.add(new Task(program, bug));
                }
            }
        }
    }

    private void add(List<Task> tasks, String name) {
        int slash = name.indexOf('/');
        Program program = Catalogue.program(slash < 0 ? name : name.substring(0, slash));
        if (program != null && slash < 0) {
            addAll(tasks, program);
            return;
        }
        Variant bug = Catalogue.bug(name.substring(slash + 1));
        if (bug == null || slash >= 0 && program == null) {
            throw new IllegalArgumentException("no program or bug '" + name + "'");
        }
        for (String each : bug.programs) {
            Program of = Catalogue.program(each);
            if (of != null && (program == null || program.name().equals(of.name()))) {
                tasks.add(new Task(of, bug));
            }
        }
        if (program != null && !bug.programs.contains(program.name())) {
            tasks.add(new Task(program, bug));
        }
    }

    private Variant under(Variant variant) {
        return design == null ? variant : Variant.underDesign(AgingDesign.forName(design));
    }
}
