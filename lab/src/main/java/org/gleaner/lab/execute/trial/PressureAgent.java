package org.gleaner.lab.execute.trial;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.gleaner.lab.execute.host.Accounting;
import org.gleaner.lab.execute.together.TraceProcess;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.reclaim.MemcgFiles;

/// Asks VMs for memory as long as they do not feel it ([PressureTarget]): a task of the host that
/// is in no VM's cgroup, so that what it reclaims takes a VM no time but that of faulting it back.
///
/// It writes to `memory.reclaim`, which takes something once and bounds nothing: below a
/// `memory.high` that stays, a VM would reclaim others of its own for what comes back.
final class PressureAgent {
    /// What reclaim takes at a time (`SWAP_CLUSTER_MAX`). As long as there is less to be asked for,
    /// an interval goes on, or small VMs would lose far more than they are asked for.
    private static final int LEAST_PAGES = 32;

    private final Accounting accounting;
    private final MemcgFiles files;
    private final List<Held> all = new ArrayList<>();

    PressureAgent(Accounting accounting, MemcgFiles files) {
        this.accounting = accounting;
        this.files = files;
    }

    /// Adds a VM, before it runs.
    void hold(TraceProcess process, PressureGroup group, PressureTarget target) {
        all.add(new Held(process, group, target));
    }

    boolean holdsNone() {
        return all.isEmpty();
    }

    /// All that it does, from when VMs have their memory until nobody is watched any more.
    void run(Cpu cpu, TrialPhases phases) {
        phases.awaitPopulated(cpu);
        all.forEach(each -> each.begin(cpu));
        while (!phases.areOver(cpu)) {
            Held next = all.stream().min(Comparator.comparingLong(Held::dueNanos)).orElseThrow();
            cpu.sleep(Math.max(0, next.dueNanos() - cpu.now()));
            next.look(cpu);
        }
    }

    /// A VM as of the last look at it.
    private final class Held {
        private final TraceProcess process;
        private final PressureGroup group;
        private final PressureTarget target;
        private long dueNanos;

        // Of when something was last asked of it.
        private long sinceNanos;
        private long stalledNanos;

        /// What reclaim took then beyond what was asked for.
        private long ahead;

        Held(TraceProcess process, PressureGroup group, PressureTarget target) {
            this.process = process;
            this.group = group;
            this.target = target;
        }

        void begin(Cpu cpu) {
            sinceNanos = cpu.now();
            stalledNanos = accounting.someNanos(group);
            dueNanos = sinceNanos + target.intervalNanos();
        }

        long dueNanos() {
            return dueNanos;
        }

        void look(Cpu cpu) {
            dueNanos = cpu.now() + target.intervalNanos();
            if (process.ended()) {
                return;
            }
            Memcg memcg = process.memcg();
            long stalled = accounting.someNanos(group) - stalledNanos;
            long nanos = cpu.now() - sinceNanos;
            long pages = target.asked(memcg.current(), nanos, stalled) - ahead;
            if (pages >= LEAST_PAGES) {
                ahead = Math.max(0, files.reclaim(cpu, memcg, pages) - pages);
                begin(cpu);
            }
        }
    }
}
