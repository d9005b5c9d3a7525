package org.gleaner.lab.validate;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.Through;

/// What was run where several traces took turns under one limit: the settings that boots share.
/// Lists have an entry for each trace, in the order of their turns.
///
/// @param kernel a version, whether Gleaner has its rules or not
/// @param mode classic, mglru (0x7), mglru1 (0x1) or mglru3 (0x3)
/// @param kind anon or shm, touched by a task; kvm or kvmshm, by a guest
/// @param turn accesses of a turn
/// @param memoryPages the limit that all share
/// @param high `memory.high` in pages, 0 for none
/// @param low `memory.low` in pages, 0 for none
/// @param max `memory.max` in pages, 0 for none
public record TogetherCell(
        String kernel,
        List<String> traces,
        String mode,
        String kind,
        int turn,
        long memoryPages,
        List<Long> high,
        List<Long> low,
        List<Long> max) {

    /// The columns of these, in their order.
    static final List<String> COLUMNS =
            List.of("kernel", "traces", "mode", "kind", "turn", "mem_pages", "high", "low", "max");

    public TogetherCell {
        traces = List.copyOf(traces);
        high = List.copyOf(high);
        low = List.copyOf(low);
        max = List.copyOf(max);
    }

    /// What [#COLUMNS] say of this cell.
    List<String> values() {
        return List.of(
                kernel,
                String.join("+", traces),
                mode,
                kind,
                Integer.toString(turn),
                Long.toString(memoryPages),
                joined(high),
                joined(low),
                joined(max));
    }

    private static String joined(List<Long> pages) {
        return pages.stream().map(String::valueOf).collect(Collectors.joining("+"));
    }

    public Lru lru() {
        return lruGen().enabled() ? Lru.MGLRU : Lru.CLASSIC;
    }

    public LruGenChoice lruGen() {
        return Mode.of(mode).bits();
    }

    public Through through() {
        return Kind.of(kind).through();
    }

    public Backing backing() {
        return Kind.of(kind).backing();
    }

    /// A trace with the limits of its own cgroup, for a line about it.
    public String guest(int i) {
        return traces.get(i)
                + (high.get(i) > 0 ? " high " + high.get(i) : "")
                + (low.get(i) > 0 ? " low " + low.get(i) : "")
                + (max.get(i) > 0 ? " max " + max.get(i) : "");
    }

    /// In a few words, for a line about it.
    @Override
    public String toString() {
        String guests =
                IntStream.range(0, traces.size())
                        .mapToObj(this::guest)
                        .collect(Collectors.joining(" + "));
        return kernel
                + " "
                + guests
                + " "
                + memoryPages
                + "p "
                + mode
                + " "
                + kind
                + " turns of "
                + turn;
    }
}
