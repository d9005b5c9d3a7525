package org.gleaner.lab.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.gleaner.lab.run.CallTreeResult;

/// A call tree in the form in which kernel developers post `perf` profiles: the thread, then a line
/// for each function with its share of the thread's time, callees below their caller and indented
/// by two.
///
/// ```
/// kswapd (before)
///   100.00%  balance_pgdat
///     100.00%  shrink_node
///        19.34%  _raw_write_lock
/// ```
final class CallTreeText {

    /// Functions that the whole work is about: the lock that was taken, and what takes its place.
    private static final Set<String> MARKED =
            Set.of(
                    "_raw_write_lock",
                    "_raw_read_lock",
                    "queued_write_lock_slowpath",
                    "queued_read_lock_slowpath",
                    "__mmu_notifier_test_clear_young");

    private static final String MARK = "=>";

    /// What the mark means.
    static final String LEGEND =
            MARK + " takes or waits for a lock of the MMU, or harvests bits without one\n";

    private final double least;

    /// @param least the smallest share that is shown, in percent
    CallTreeText(double least) {
        this.least = least;
    }

    /// The lines of `root`, headed by its name and `of`.
    String text(CallTreeResult root, String of) {
        StringBuilder text = new StringBuilder(root.name() + " (" + of + ")\n");
        if (root.inclusiveNanos() <= 0) {
            return text.append("  no time spent\n").toString();
        }
        lines(root, root.inclusiveNanos(), 1, text);
        return text.toString();
    }

    private void lines(CallTreeResult caller, long whole, int depth, StringBuilder text) {
        List<? extends CallTreeResult> callees =
                caller.children().stream()
                        .filter(callee -> share(callee, whole) >= least)
                        .sorted(Comparator.comparingLong(CallTreeResult::inclusiveNanos).reversed())
                        .toList();
        for (CallTreeResult callee : callees) {
            String percent = String.format(Locale.ROOT, "%.2f%%", share(callee, whole));
            String indent = "  ".repeat(depth);
            if (MARKED.contains(callee.name())) {
                indent = MARK + indent.substring(MARK.length());
            }
            text.append(indent).append(percent).append("  ").append(callee.name()).append('\n');
            lines(callee, whole, depth + 1, text);
        }
    }

    private static double share(CallTreeResult callee, long whole) {
        return 100.0 * callee.inclusiveNanos() / whole;
    }
}
