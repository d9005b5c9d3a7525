package org.gleaner.fleet.point;

import java.nio.file.Path;
import org.gleaner.fleet.plan.Point;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.execute.Executors;

/// Looks whether commands would take the values of a sweep, without running any: up to where one is
/// executed, each does all that it does in a run.
public final class ValueCheck {

    private ValueCheck() {}

    /// @param source the sweep's file
    /// @throws BadInput if a command does not take a value, with what it says
    public static void values(String source, Sweep sweep, Inputs inputs, Path home) {
        Command command = new Command(home, refusing());
        for (Point point : sweep.each()) {
            String fault = fault(command, inputs, point);
            if (!fault.isEmpty()) {
                int mend = fault.lastIndexOf("; ");
                throw new BadInput(
                        source,
                        mend < 0 ? fault : fault.substring(0, mend),
                        mend < 0 ? "change the sweep" : fault.substring(mend + 2));
            }
        }
    }

    /// In the command's words; empty if it would run.
    private static String fault(Command command, Inputs inputs, Point point) {
        try {
            Answer answer = command.run(inputs.words(point), () -> false);
            return answer.failures().isEmpty() ? "" : answer.failures().getFirst();
        } catch (Cancelled e) {
            return "";
        }
    }

    private static Executors refusing() {
        return new Executors(
                (_, _, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped(),
                (_, _) -> stopped());
    }

    private static <T> T stopped() {
        throw new Cancelled();
    }
}
