package org.gleaner.mm.stat;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;

/// Event counters, kept per CPU so that counting is a plain add, and summed when read.
@OneCpu
public final class VmStat {
    private static final int EVENTS = VmEvent.values().length;

    private final long[][] perCpu;

    /// Counters for CPUs with ids below `maxCpus`.
    public VmStat(int maxCpus) {
        // eight words apart, so that CPUs do not share lines
        perCpu = new long[maxCpus][EVENTS + 8];
    }

    public void add(Cpu cpu, VmEvent event, long n) {
        perCpu[cpu.id][event.ordinal()] += n;
    }

    public void inc(Cpu cpu, VmEvent event) {
        perCpu[cpu.id][event.ordinal()]++;
    }

    /// What one CPU has counted.
    public long get(Cpu cpu, VmEvent event) {
        return perCpu[cpu.id][event.ordinal()];
    }

    /// The sum over all CPUs; exact when they are at rest.
    public long get(VmEvent event) {
        long sum = 0;
        for (long[] counters : perCpu) {
            sum += counters[event.ordinal()];
        }
        return sum;
    }

    /// The sums of all counters, by [VmEvent#ordinal].
    public long[] sums() {
        long[] sums = new long[EVENTS];
        for (long[] counters : perCpu) {
            for (int i = 0; i < EVENTS; i++) {
                sums[i] += counters[i];
            }
        }
        return sums;
    }

    /// The sums of all counters.
    public Map<VmEvent, Long> snapshot() {
        long[] sums = sums();
        Map<VmEvent, Long> all = new EnumMap<>(VmEvent.class);
        for (VmEvent event : VmEvent.values()) {
            all.put(event, sums[event.ordinal()]);
        }
        return all;
    }

    /// All counters by the kernel's names, as `/proc/vmstat` or a cgroup's `memory.stat` has them.
    public Map<String, Long> named() {
        return namedSince(Map.of());
    }

    /// The same, without what `before` has: an earlier [#snapshot].
    public Map<String, Long> namedSince(Map<VmEvent, Long> before) {
        Map<String, Long> named = new LinkedHashMap<>();
        snapshot()
                .forEach((event, n) ->
                        named.put(event.statName(), n - before.getOrDefault(event, 0L)));
        return named;
    }
}
