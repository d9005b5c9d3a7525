package org.gleaner.check;

import java.util.Locale;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.ThreadEngine;

/// What real threads find of the catalogue's bugs in a given time, beside what exploration needs:
/// run [#main] with the seconds that each bug is given (60 in `docs/check.md`), and names of bugs,
/// or none for all.
final class StressComparison {
    private static final CostModel COSTS = CostModel.named("x86-server");

    private StressComparison() {}

    public static void main(String[] arguments) {
        long seconds = Long.parseLong(arguments[0]);
        System.out.println("| program/bug | stress | rounds | s | exploration | schedules | s |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (Variant bug : Catalogue.bugs()) {
            for (String name : bug.programs) {
                Program program = Catalogue.program(name);
                if (program != null && isAsked(arguments, bug)) {
                    compare(program, bug, seconds);
                }
            }
        }
        System.exit(0);
    }

    private static boolean isAsked(String[] arguments, Variant bug) {
        for (int i = 1; i < arguments.length; i++) {
            if (arguments[i].equals(bug.name)) {
                return true;
            }
        }
        return arguments.length == 1;
    }

    private static void compare(Program program, Variant bug, long seconds) {
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        long rounds = 0;
        boolean found = false;
        while (!found && System.nanoTime() < end) {
            found = round(program, bug);
            rounds++;
        }
        double stressed = (System.nanoTime() - start) / 1e9;
        long runs = 0;
        long nanos = 0;
        Explorer.Outcome outcome = null;
        for (int bound = 0; bound <= 3 && (outcome == null || outcome.finding() == null); bound++) {
            outcome =
                    Explorer.explore(
                            new Trial(program, bug),
                            new Explorer.Limits(bound, 60_000_000_000L, Long.MAX_VALUE));
            runs += outcome.runs();
            nanos += outcome.nanos();
        }
        System.out.printf(
                Locale.ROOT,
                "| %s/%s | %s | %d | %.1f | %s | %d | %.2f |%n",
                program.name(),
                bug.name,
                found ? "found" : "missed",
                rounds,
                stressed,
                outcome != null && outcome.finding() != null ? "found" : "missed",
                runs,
                nanos / 1e9);
    }

    /// One round on real threads; true if something broke.
    private static boolean round(Program program, Variant bug) {
        try {
            Stage stage = new Stage(new ThreadEngine(COSTS));
            program.body().build(stage, bug);
            stage.raiseTogether();
            stage.engine.run();
            return false;
        } catch (RuntimeException | AssertionError e) {
            return true;
        }
    }
}
