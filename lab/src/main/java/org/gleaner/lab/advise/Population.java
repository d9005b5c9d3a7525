package org.gleaner.lab.advise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceLap;

/// Any number of VMs out of a few traces: the first of each in their order, then the second of
/// each. Every VM begins somewhere else in its trace, by seed. With a seed, `n + 1` VMs are the `n`
/// VMs and one more.
///
/// Thread-safe.
public final class Population {

    private final List<Trace> traces;
    private final ToDoubleFunction<Trace> accessesPerSecond;
    private final VmLimits limits;
    private final Map<Long, List<TrialVm>> made = new HashMap<>();

    /// @param traces one or more, in pages of the host
    /// @param accessesPerSecond how fast a VM with the trace goes
    public Population(
            List<Trace> traces, ToDoubleFunction<Trace> accessesPerSecond, VmLimits limits) {
        this.traces = List.copyOf(traces);
        this.accessesPerSecond = accessesPerSecond;
        this.limits = limits;
    }

    /// The same with other limits.
    public Population with(VmLimits other) {
        return new Population(traces, accessesPerSecond, other);
    }

    public VmLimits limits() {
        return limits;
    }

    public List<Trace> traces() {
        return traces;
    }

    /// How fast a VM with a trace goes.
    double accessesPerSecond(Trace trace) {
        return accessesPerSecond.applyAsDouble(trace);
    }

    /// The first `count` VMs of a seed.
    public synchronized List<TrialVm> vms(int count, long seed) {
        List<TrialVm> all = made.computeIfAbsent(seed, _ -> new ArrayList<>());
        while (all.size() < count) {
            all.add(vm(all.size(), seed));
        }
        return List.copyOf(all.subList(0, count));
    }

    /// Pages that the first `count` VMs touch.
    public long touchedPages(int count) {
        long pages = 0;
        for (int i = 0; i < count; i++) {
            pages += trace(i).distinctPages();
        }
        return pages;
    }

    private Trace trace(int index) {
        return traces.get(index % traces.size());
    }

    /// Which of the VMs with a trace of that name it is, from 1 on.
    private long number(int index) {
        String name = trace(index).name();
        long inRound = traces.stream().filter(each -> each.name().equals(name)).count();
        int at = index % traces.size();
        long before =
                traces.subList(0, at).stream().filter(each -> each.name().equals(name)).count();
        return index / traces.size() * inRound + before + 1;
    }

    private TrialVm vm(int index, long seed) {
        Trace trace = trace(index);
        return new TrialVm(
                trace.name() + "-" + number(index),
                TraceLap.bySeed(trace, seed, index),
                trace.distinctPages(),
                accessesPerSecond(trace),
                limits.of(trace.distinctPages(), trace.pageBytes()));
    }
}
