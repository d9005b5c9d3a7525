package org.gleaner.lab.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.fleet.FleetFigures.Figure;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// How VMs of a fleet differ, each property by itself: nothing is known, or kept, of how they hang
/// together.
///
/// @param source where it is from, a line
/// @param size of VMs, in GiB
/// @param life of VMs, in seconds
/// @param touched of its size, in percent: memory that it ever touches
/// @param cold of what it touches, in percent: what is not touched for 120 s, the mean over time
/// @param assumed what of that no table says, a line each
public record FleetDescription(
        String source,
        Percentiles size,
        Percentiles life,
        Percentiles touched,
        Percentiles cold,
        List<String> assumed) {

    private static final double GIB = 1L << 30;

    /// Published of machines of Google's: 32 % in the mean, 1 to 52 % of a machine.
    private static final Percentiles COLD = Percentiles.of(0, 1, 25, 24, 50, 34, 75, 43, 100, 52);

    /// Published of Azure's VMs: half of them touch less than half of their memory.
    private static final Percentiles TOUCHED = Percentiles.of(0, 10, 50, 50, 100, 100);

    /// The least that a VM may touch, in percent.
    private static final double LEAST_TOUCHED = 1;

    public FleetDescription {
        assumed = List.copyOf(assumed);
    }

    /// Of VMs as a moment finds them.
    ///
    /// @param source files, for people
    /// @param machine memory of the largest machine; null if the user did not say
    /// @throws BadInput if the table has shares of it and it is not known, or the table has no
    ///     sizes, without a place
    static FleetDescription of(String source, FleetFigures figures, @Nullable Size machine) {
        if (figures.shares() && machine == null) {
            throw new BadInput(
                    "",
                    "has memory in shares of the largest machine's, and not how large that was",
                    "say it, as you take it to be: --machine 256GiB");
        }
        Distribution sizes = at(figures, Figure.SIZE);
        if (sizes.isEmpty()) {
            throw new BadInput("", "says of no VM how large it is", "give another table");
        }
        List<String> assumed = new ArrayList<>();
        double unit = 1;
        if (figures.shares() && machine != null) {
            unit = machine.bytes(0) / GIB;
            assumed.add("the largest machine has " + machine + " of memory, as was said");
        }
        Distribution touched = at(figures, Figure.TOUCHED);
        if (touched.isEmpty()) {
            assumed.add(
                    "how much of its memory a VM touches is in no row: half of VMs touch less than"
                            + " half of it, as was published of Azure's (Pond, ASPLOS 2023), the"
                            + " least 10 %");
        } else {
            assumed.add("what a VM touches is the most that was in use at a time");
        }
        assumed.add(
                "how much of that is cold is in no row: 32 % at 120 s in the mean, from 1 to 52 %,"
                        + " as was published of Google's machines (ASPLOS 2019); the shape between"
                        + " is ours");
        Distribution lives = at(figures, Figure.LIFE);
        double whole = figures.lastSecond() - figures.firstSecond();
        if (lives.isEmpty()) {
            assumed.add(
                    "no life is known from its beginning to its end: the table's time is taken");
        }
        return new FleetDescription(
                source + " (" + figures.table() + "), at a moment",
                Percentiles.of(sizes, unit),
                lives.isEmpty() ? Percentiles.of(100, whole) : Percentiles.of(lives, 1),
                touched.isEmpty() ? TOUCHED : Percentiles.of(touched, 1).within(LEAST_TOUCHED, 100),
                COLD,
                assumed);
    }

    private static Distribution at(FleetFigures figures, Figure figure) {
        Map<Figure, Distribution> all = figures.atMoments();
        return all.getOrDefault(figure, new Distribution());
    }
}
