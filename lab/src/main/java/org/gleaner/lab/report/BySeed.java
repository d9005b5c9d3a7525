package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Finds the same thing in the results of several seeds, of which some may lack it: a guest may
/// have been killed, or the run interrupted.
final class BySeed {

    private BySeed() {}

    /// One list for each thing that any seed has: the thing, of each seed that has it.
    ///
    /// @param key tells things of one seed apart
    static <R, T> List<List<T>> align(
            List<R> bySeed, Function<R, List<T>> things, Function<T, ?> key) {
        Map<Object, List<T>> same = new LinkedHashMap<>();
        bySeed.stream()
                .map(things)
                .sorted(Comparator.<List<T>>comparingInt(List::size).reversed())
                .flatMap(List::stream)
                .forEach(each ->
                        same.computeIfAbsent(key.apply(each), _ -> new ArrayList<>()).add(each));
        return List.copyOf(same.values());
    }
}
