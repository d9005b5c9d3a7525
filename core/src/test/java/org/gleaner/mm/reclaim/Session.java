package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;

/// MGLRU's reclaim of one process's cgroup, pass by pass, as the priority ladder would drive it.
final class Session {
    final ScanControl sc = new ScanControl();
    final LruGenAging aging;
    private final SmallHost small;
    private final Process process;
    private final LruGenEviction eviction;

    Session(SmallHost small, Process process) {
        this.small = small;
        this.process = process;
        ReclaimContext context = small.host().reclaim().context();
        aging = undisturbed(context);
        eviction = LruGenEviction.of(context, aging);
        sc.start(process.memcg, false, 32, 60);
    }

    /// Aging during which nobody else runs.
    static LruGenAging undisturbed(ReclaimContext context) {
        return new LruGenAging(
                context, new SwitchChance(0, 0, 1), new QueuedWorker(context, null, 1));
    }

    /// One pass at a priority; returns whether it aged.
    boolean pass(Cpu cpu, int priority) {
        sc.priority = priority;
        small.host().lru().drain(cpu);
        boolean aged = eviction.shrink(cpu, process.memcg, sc);
        sc.walk = null;
        return aged;
    }
}
