package org.gleaner.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// What sizes come to where several traces are guests of one host: shares of what all of them
/// touch, but for each guest's own limit.
final class TogetherPlan {

    private final List<TogetherRequest.Guest> guests = new ArrayList<>();
    private final long touched;
    private final int pageBytes;
    private final long hostPages;

    /// @throws BadInput if a size comes to nothing, at its option
    TogetherPlan(List<Trace> traces, MemoryOptions memory, Size host) {
        Map<String, Integer> seen = new HashMap<>();
        for (Trace trace : traces) {
            int number = seen.merge(trace.name(), 1, Integer::sum);
            String name = number == 1 ? trace.name() : trace.name() + "-" + number;
            guests.add(new TogetherRequest.Guest(name, trace, memory.limit(trace)));
        }
        touched = traces.stream().mapToLong(Trace::distinctPages).sum();
        pageBytes = traces.getFirst().pageBytes();
        hostPages = pages("--host-memory", host);
    }

    List<TogetherRequest.Guest> guests() {
        return guests;
    }

    long hostPages() {
        return hostPages;
    }

    /// @param size null for so much that it is never half full
    long swapPages(@Nullable Size size, PageSizeChoice page) {
        return size != null
                ? pages("--swap-size", size)
                : Math.max(ReplayRequest.leastSwap(page), 3 * touched);
    }

    private long pages(String option, Size size) {
        try {
            return size.pages(touched, pageBytes);
        } catch (BadInput bad) {
            throw bad.at(option + " " + size);
        }
    }
}
