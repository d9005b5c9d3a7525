package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgCharge;
import org.gleaner.mm.memcg.MemcgEvent;

/// What happens when somebody writes to a cgroup's files while the host runs. Limits take hold at once: the writer
/// reclaims until the cgroup fits.
public final class MemcgFiles {
    private static final int MAX_RECLAIM_RETRIES = 16;

    private final ReclaimContext host;
    private final Reclaim reclaim;
    private final MemcgCharge charge;

    public MemcgFiles(Reclaim reclaim, MemcgCharge charge) {
        host = reclaim.context();
        this.reclaim = reclaim;
        this.charge = charge;
    }

    /// `memory.max`. What cannot be reclaimed is killed. False if the cgroup does not fit even so.
    public boolean setMax(Cpu cpu, Memcg memcg, long pages) {
        memcg.setMax(pages);
        while (!shrinkTo(cpu, memcg, pages)) {
            memcg.count(cpu, MemcgEvent.OOM);
            if (!host.oomKiller().outOfMemory(cpu, memcg)) {
                return false;
            }
        }
        return true;
    }

    /// `memory.high`. False if the cgroup is still above it.
    public boolean setHigh(Cpu cpu, Memcg memcg, long pages) {
        memcg.setHigh(pages);
        return shrinkTo(cpu, memcg, pages);
    }

    private boolean shrinkTo(Cpu cpu, Memcg memcg, long pages) {
        boolean drained = false;
        int retries = MAX_RECLAIM_RETRIES;
        while (memcg.current() > pages) {
            if (!drained) {
                charge.drainAll(cpu, memcg);
                drained = true;
            } else if (reclaim.tryToFree(cpu, memcg, memcg.current() - pages) == 0
                    && --retries < 0) {
                return false;
            }
        }
        return true;
    }

    /// `memory.reclaim`: reclaims `pages` pages of the cgroup and those below it, with the host's swappiness.
    public boolean reclaim(Cpu cpu, Memcg memcg, long pages) {
        return reclaim(cpu, memcg, pages, host.swappiness());
    }

    /// `memory.reclaim` with `swappiness=`. False (`EAGAIN`) if that many could not be freed.
    public boolean reclaim(Cpu cpu, Memcg memcg, long pages, int swappiness) {
        long freed = 0;
        int retries = MAX_RECLAIM_RETRIES;
        while (freed < pages) {
            long goal = (pages - freed) / host.memcgRules().proactiveShare();
            long more = reclaim.proactive(cpu, memcg, goal, swappiness);
            if (more == 0 && --retries < 0) {
                return false;
            }
            freed += more;
        }
        return true;
    }
}
