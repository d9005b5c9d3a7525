package org.gleaner.lab.execute.torture;

import java.util.List;
import java.util.Locale;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.run.TortureResult.Design;
import org.gleaner.mm.stat.VmEvent;

/// Sums over the rounds of one design.
final class TortureTally {
    /// As many as it takes for each vCPU to access each page once. A design with fewer accesses has
    /// hardly met anybody.
    static final long LEAST_ACCESSES = (long) TortureRound.VCPUS * TortureRound.PAGES;

    private Design sum;

    TortureTally(AgingChoice aging) {
        sum = new Design(aging, 0, true, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    AgingChoice aging() {
        return sum.aging();
    }

    boolean hasBegun() {
        return sum.operations() > 0;
    }

    /// Adds a round that is over.
    ///
    /// @param whole whether it came to its end
    void add(TortureRound round, double seconds, boolean whole) {
        sum =
                new Design(
                        sum.aging(),
                        sum.rounds() + 1,
                        sum.whole() && whole,
                        sum.tortureSeconds() + seconds,
                        sum.operations() + round.accesses().operations.sum(),
                        sum.refused() + round.accesses().refused.sum(),
                        sum.faults() + round.count(VmEvent.PGFAULT),
                        sum.swapIns() + round.count(VmEvent.PSWPIN),
                        sum.swapOuts() + round.count(VmEvent.PSWPOUT),
                        sum.agingPasses() + round.agers().passes(),
                        sum.youngPages() + round.agers().young(),
                        sum.protects() + round.zapper().protects.sum(),
                        sum.unmaps() + round.zapper().unmaps.sum(),
                        sum.slotChanges() + round.zapper().slotChanges.sum());
    }

    /// What was done so far.
    Design result() {
        return sum.rounds() > 0
                ? sum
                : new Design(sum.aging(), 0, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /// Says what of this design's torture is too little to mean anything.
    void addWhatIsTooLittle(List<String> failures, int seconds) {
        String mend = "give more time than --seconds " + seconds + ", or an idler machine";
        if (sum.rounds() == 0) {
            failures.add(sum.aging().label() + ": no round; " + mend);
        } else if (sum.operations() < LEAST_ACCESSES) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d guest accesses are too few to mean anything, which takes %,d;"
                                    + " %s",
                            sum.aging().label(),
                            sum.operations(),
                            LEAST_ACCESSES,
                            mend));
        } else if (sum.agingPasses() == 0) {
            failures.add(sum.aging().label() + ": no aging pass came to its end; " + mend);
        }
    }
}
