package org.gleaner.check;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.check.schedule.Refused;
import org.gleaner.check.schedule.ScheduleString;
import org.gleaner.mm.aging.AgingDesign;
import org.jspecify.annotations.Nullable;

/// What to check.
///
/// @param names of programs (`age-zap`), bugs (`aged-by-store`), or both (`age-zap/aged-by-store`);
///     none for the whole catalogue
/// @param design the aging design under which programs run that have one to choose, without bugs;
///     null for each variant's own
/// @param delays under the memory of arm64 with at most so many, without bugs; null for each
///     program's own memory
/// @param bound most preemptions, or null for each program's own; of a search only
/// @param schedule to be replayed instead of a search, or null; needs one name
/// @param seed of random schedules instead of a search, or null
public record CheckRequest(
        List<String> names,
        @Nullable String design,
        @Nullable Integer delays,
        @Nullable Integer bound,
        @Nullable String schedule,
        @Nullable Long seed) {
    /// Delays come beside preemptions, and cost no less.
    private static final int PREEMPTIONS = 1;

    private static final String LIST = "try 'gleaner check --list'";

    /// @throws Refused if one option would keep another from having an effect
    public CheckRequest {
        names = names.stream().distinct().toList();
        if (schedule != null) {
            exclude("--bound", bound, "--schedule", "replays the one schedule that it is given");
            exclude("--seed", seed, "--schedule", "replays the one schedule that it is given");
        }
        if (seed != null) {
            exclude("--bound", bound, "--seed", "runs random schedules, with any preemptions");
        }
    }

    private static void exclude(String option, @Nullable Object given, String with, String why) {
        if (given != null) {
            throw new Refused(
                    option, "has no effect beside " + with + ", which " + why, "leave one out");
        }
    }

    /// One search.
    record Task(Program program, Variant variant) {
        String name() {
            return variant.isBug() ? program.name() + "/" + variant.name : program.name();
        }
    }

    /// The searches that are asked for, each once, in the order in which they are first named.
    ///
    /// @throws Refused if a name, the design or the schedule does not fit
    List<Task> tasks() {
        Set<Task> tasks = new LinkedHashSet<>();
        if (schedule != null) {
            tasks.add(replayed(ScheduleString.parse(schedule)));
            return List.copyOf(tasks);
        }
        Variant right = right();
        if (names.isEmpty()) {
            Catalogue.programs().stream()
                    .filter(program -> design == null || program.hasDesign())
                    .filter(program -> delays == null || program.isPortable())
                    .forEach(program -> addAll(tasks, program, right));
        }
        for (String name : names) {
            Program program = Catalogue.program(name);
            if (program == null) {
                tasks.addAll(bugs(name));
            } else {
                require(program);
                addAll(tasks, program, right);
            }
        }
        return List.copyOf(tasks);
    }

    private void addAll(Set<Task> tasks, Program program, Variant right) {
        tasks.add(new Task(placed(program), right));
        if (design == null && delays == null) {
            for (Variant bug : Catalogue.bugs()) {
                if (bug.programs.contains(program.name())) {
                    tasks.add(new Task(program, bug));
                }
            }
        }
    }

    /// A bug in one program, or in all that must find it.
    private List<Task> bugs(String name) {
        int slash = name.indexOf('/');
        String of = slash < 0 ? null : name.substring(0, slash);
        Variant bug = Catalogue.bug(name.substring(slash + 1));
        if (bug == null || of != null && Catalogue.program(of) == null) {
            throw new Refused("", "no program or bug '" + name + "'", LIST);
        }
        if (of != null && !bug.programs.contains(of)) {
            String there = String.join(", ", bug.programs);
            String mend =
                    "it is in " + there + ": give " + bug.programs.getFirst() + "/" + bug.name;
            throw new Refused("", of + " has no bug '" + bug.name + "'", mend);
        }
        if (design != null) {
            String what = "has no effect on the bug '" + bug.name + "', which has its own design";
            throw new Refused("--design", what, "name programs alone, or leave --design out");
        }
        if (delays != null) {
            String what = "has no effect on the bug '" + bug.name + "', which has its own memory";
            throw new Refused("--memory", what, "name programs alone, or leave --memory out");
        }
        return Catalogue.programs().stream()
                .filter(program -> bug.programs.contains(program.name()))
                .filter(program -> of == null || of.equals(program.name()))
                .map(program -> new Task(program, bug))
                .toList();
    }

    /// What `schedule` is a schedule of: a program's name alone means what is right.
    private Task replayed(ScheduleString steps) {
        if (names.size() != 1) {
            throw new Refused("--schedule", "is of one program", "give PROGRAM or PROGRAM/BUG");
        }
        Program program = Catalogue.program(names.getFirst());
        if (program != null) {
            require(program);
        }
        List<Task> tasks =
                program == null
                        ? bugs(names.getFirst())
                        : List.of(new Task(placed(program), right()));
        if (tasks.size() != 1) {
            String all = String.join(", ", tasks.stream().map(Task::name).toList());
            throw new Refused("--schedule", "is of one program", "give one of " + all);
        }
        Task task = tasks.getFirst();
        steps.requireActors(new Trial(task.program(), task.variant()).actors());
        return task;
    }

    /// The program in the memory that is asked for.
    private Program placed(Program program) {
        return delays == null
                ? program
                : program.weak(delays).within(Math.min(program.bound(), PREEMPTIONS));
    }

    private void require(Program program) {
        if (delays != null && !program.isPortable()) {
            String what = "has no effect on '" + program.name() + "', which is about x86";
            throw new Refused(
                    "--memory", what, "name arm64's programs or locks, or leave --memory out");
        }
        if (design != null && !program.hasDesign()) {
            String what = "has no effect on '" + program.name() + "', which has no VM that ages";
            throw new Refused(
                    "--design", what, "name programs that have one, or leave --design out");
        }
    }

    private Variant right() {
        return design == null ? Variant.FIXED : Variant.underDesign(AgingDesign.forName(design));
    }
}
