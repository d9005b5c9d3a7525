package org.gleaner.lab.advise;

import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Searches for how many VMs a host holds: a number that keeps the objectives with every seed, as
/// every smaller one does that was tried, while one more does not.
///
/// Which numbers are tried hangs on results alone, never on how many cores there are.
final class CapacitySearch {

    private final Probes probes;
    private final int most;
    private final NavigableSet<Integer> tried = new TreeSet<>();

    /// Numbers of VMs that are tried on one host. None at all hold; of what has no room nothing
    /// holds.
    interface Probes {
        /// Tries each with the first seed, if it was not.
        void tryFirst(List<Integer> counts);

        /// Tries each with every seed, if it was not.
        void tryAll(List<Integer> counts);

        /// Whether a number that was tried with the first seed keeps the objectives with it.
        boolean holdsFirst(int vms);

        /// The same with every seed.
        boolean holds(int vms);
    }

    /// @param most VMs that are tried
    CapacitySearch(Probes probes, int most) {
        this.probes = probes;
        this.most = most;
    }

    /// The search from a guess, 1 and up.
    int find(int guess) {
        return settle(estimate(guess));
    }

    /// With the first seed: between a number that holds and one that does not, two at a time.
    private int estimate(int guess) {
        int low = 0;
        int high = most + 1;
        int from = Math.min(guess, most);
        int to = Math.min(most, Math.max(from + 1, from + from / 2));
        while (high - low > 1) {
            probes.tryFirst(List.of(from, to));
            if (!probes.holdsFirst(from)) {
                high = from;
            } else if (!probes.holdsFirst(to)) {
                low = from;
                high = Math.max(to, from + 1);
            } else {
                low = to;
            }
            int third = Math.max(1, (Math.min(high, 2 * low + 2) - low) / 3);
            from = Math.min(low + third, high - 1);
            to = Math.clamp(low + 2L * third, from, high - 1);
        }
        return low;
    }

    /// The search from a number that another host holds, which may well be this one's too.
    int findNear(int other) {
        have(List.of(other, other + 1));
        if (!probes.holds(other)) {
            return settle(between(0, other));
        }
        if (other >= most || !probes.holds(other + 1)) {
            return other;
        }
        int low = other + 1;
        for (int step = 1; low < most; step *= 2) {
            int next = Math.min(most, low + step);
            probes.tryFirst(List.of(next));
            if (!probes.holdsFirst(next)) {
                return settle(between(low, next));
            }
            low = next;
        }
        return settle(low);
    }

    /// With the first seed: the first number holds, the second does not.
    private int between(int holds, int breaks) {
        int low = holds;
        int high = breaks;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            probes.tryFirst(List.of(middle));
            if (probes.holdsFirst(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// With every seed, from a number that is near.
    private int settle(int near) {
        int fits = near;
        for (; ; ) {
            have(List.of(fits, fits + 1));
            if (!probes.holds(fits)) {
                fits--;
            } else if (fits < most && probes.holds(fits + 1)) {
                fits++;
            } else {
                return fits;
            }
        }
    }

    /// After more numbers were tried: the largest below which all of them hold.
    int settleBelow(int fits, List<Integer> others) {
        others.stream().filter(each -> each <= most).forEach(tried::add);
        int first =
                tried.headSet(fits, true).stream()
                        .filter(each -> !probes.holds(each))
                        .findFirst()
                        .orElse(fits + 1);
        return first > fits ? fits : settle(first - 1);
    }

    /// Numbers above one more than `fits` that hold again.
    List<Integer> alsoHold(int fits) {
        return tried.tailSet(fits + 2, true).stream().filter(each -> probes.holds(each)).toList();
    }

    private void have(List<Integer> counts) {
        List<Integer> some = counts.stream().filter(each -> each > 0 && each <= most).toList();
        tried.addAll(some);
        probes.tryAll(some);
    }
}
