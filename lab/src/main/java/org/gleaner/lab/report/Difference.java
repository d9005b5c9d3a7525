package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.ReplayComparison;

/// How those that are compared differ on one trace with one size of memory. The components are
/// fields of the JSON document.
///
/// @param name the trace, and the values of what else has several
/// @param memoryPages the limit
/// @param first which one the ratios are to
/// @param least those with the fewest major faults; all if there is no difference
/// @param pgmajfault major faults of each: medians where there are several seeds
/// @param toFirst times the faults of the first; without those of which there is no ratio, because
///     the first has no fault
record Difference(
        String name,
        long memoryPages,
        String first,
        List<String> least,
        Map<String, Long> pgmajfault,
        Map<String, Double> toFirst) {

    /// Sentences up to so many are told one by one.
    private static final int MOST_SENTENCES = 4;

    /// One for each trace, size and so on, in the order asked for.
    static List<Difference> of(ReplayComparison comparison) {
        Factor compared = Objects.requireNonNull(comparison.plan().compared());
        return comparison.groups(compared).stream()
                .map(group ->
                        of(comparison.plan().name(group.getFirst().combination(), compared), group))
                .toList();
    }

    private static Difference of(String name, List<ReplayComparison.Member> group) {
        Map<String, Long> faults = new LinkedHashMap<>();
        for (ReplayComparison.Member member : group) {
            faults.put(
                    member.value(),
                    Spread.median(
                            member.replay().bySeed().stream()
                                    .mapToLong(each -> each.count("pgmajfault"))
                                    .sorted()
                                    .toArray()));
        }
        String first = group.getFirst().value();
        long base = Objects.requireNonNull(faults.get(first));
        long fewest = faults.values().stream().min(Long::compare).orElse(0L);
        Map<String, Double> ratios = new LinkedHashMap<>();
        faults.forEach((value, count) -> {
            if (base > 0) {
                ratios.put(value, count / (double) base);
            }
        });
        return new Difference(
                name,
                group.getFirst().replay().first().memoryPages(),
                first,
                faults.keySet().stream()
                        .filter(value -> Objects.equals(faults.get(value), fewest))
                        .toList(),
                faults,
                ratios);
    }

    /// Who faults least: a sentence for each, or where these are many, one for all.
    static String sentences(List<Difference> all) {
        if (all.size() <= MOST_SENTENCES) {
            return all.stream()
                    .map(each -> Figures.wrapped(each.sentence()) + "\n")
                    .collect(Collectors.joining());
        }
        Map<String, Integer> times = new LinkedHashMap<>();
        all.getFirst().pgmajfault.keySet().forEach(value -> times.put(value, 0));
        int alike = 0;
        for (Difference each : all) {
            if (each.least.size() == 1) {
                times.merge(each.least.getFirst(), 1, Integer::sum);
            } else {
                alike++;
            }
        }
        List<String> parts = new ArrayList<>();
        times.forEach((value, count) ->
                parts.add(value + " faults least at " + count + " of " + all.size()));
        if (alike > 0) {
            parts.add("no one at " + alike);
        }
        return Figures.wrapped(String.join(", ", parts)) + "\n";
    }

    private String sentence() {
        String pages = Figures.count(memoryPages) + (memoryPages == 1 ? " page: " : " pages: ");
        String at = name + " at " + pages;
        long fewest = Objects.requireNonNull(pgmajfault.get(least.getFirst()));
        String faults = Figures.count(fewest) + (fewest == 1 ? " major fault" : " major faults");
        if (least.size() == pgmajfault.size()) {
            return at + "no difference, " + faults + " each";
        }
        String who = least.size() == 1 ? " faults least, " : " fault least, ";
        return at + String.join(" and ", least) + who + faults + ratios();
    }

    /// What each of the others has, as a ratio to the first.
    private String ratios() {
        List<String> parts = new ArrayList<>();
        toFirst.forEach((value, ratio) -> {
            if (!value.equals(first)) {
                parts.add(Figures.number(ratio) + " (" + value + ")");
            }
        });
        return parts.isEmpty()
                ? ""
                : "; times the faults of " + first + ": " + String.join(", ", parts);
    }
}
