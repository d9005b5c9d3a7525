package org.gleaner.lab.report;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.gleaner.lab.run.CallTreeResult;

/// The functions of a call tree that take most time by themselves, wherever they are called from.
final class Hottest {

    private static final int SHOWN = 3;

    private Hottest() {}

    /// The first three, with their shares of the whole; empty if no time was spent.
    static String of(CallTreeResult root) {
        long whole = root.inclusiveNanos();
        Map<String, Long> own = new HashMap<>();
        root.children().forEach(each -> add(each, own));
        List<Map.Entry<String, Long>> first =
                own.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Long>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .limit(whole > 0 ? SHOWN : 0)
                        .toList();
        return first.stream()
                .map(each ->
                        String.format(
                                Locale.ROOT,
                                "%.0f %% %s",
                                100.0 * each.getValue() / whole,
                                each.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static void add(CallTreeResult function, Map<String, Long> own) {
        long called = 0;
        for (CallTreeResult callee : function.children()) {
            called += callee.inclusiveNanos();
            add(callee, own);
        }
        own.merge(function.name(), function.inclusiveNanos() - called, Long::sum);
    }
}
