package org.gleaner.mm.psi;

import java.util.Arrays;
import java.util.BitSet;
import org.gleaner.machine.Racy;

/// How long each CPU was stalled, and not idle, since they were last collected.
@Racy("only in virtual time, where one CPU runs at a time")
final class CpuShares {
    private final long[] stalled;
    private final long[] busy;

    CpuShares(int maxCpus) {
        stalled = new long[maxCpus];
        busy = new long[maxCpus];
    }

    /// The task on `cpu` has been stalled, or else at work, for so long.
    void add(int cpu, long nanos, boolean isStalled) {
        busy[cpu] += nanos;
        if (isStalled) {
            stalled[cpu] += nanos;
        }
    }

    void clear() {
        Arrays.fill(stalled, 0);
        Arrays.fill(busy, 0);
    }

    /// The stalled time of some CPUs, each weighted by how long it was not idle
    /// (`collect_percpu_times`).
    long stalledNanos(BitSet cpus) {
        double weighted = 0;
        double weights = 0;
        for (int cpu = cpus.nextSetBit(0); cpu >= 0; cpu = cpus.nextSetBit(cpu + 1)) {
            weighted += (double) stalled[cpu] * busy[cpu];
            weights += busy[cpu];
        }
        return weights == 0 ? 0 : (long) (weighted / weights);
    }
}
