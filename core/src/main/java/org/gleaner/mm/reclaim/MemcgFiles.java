package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgCharge;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.version.KernelVersion;

/// What happens when somebody writes to a cgroup's files while the host runs. Limits take hold at
/// once: the writer reclaims until the cgroup fits.
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
            if (!reclaim.outOfMemory(cpu, memcg)) {
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

    /// `memory.swap.max`. What is in swap beyond it stays there.
    public void setSwapMax(Memcg memcg, long pages) {
        memcg.swap().setMax(pages);
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

    /// The swappiness that a word behind `swappiness=` in `memory.reclaim` means, or -1 where this
    /// kernel answers it with `EINVAL`: 6.1 takes none, and only since 6.18 `max` stands for
    /// anonymous memory alone.
    public static int swappiness(String word, KernelVersion kernel) {
        if (kernel == KernelVersion.V6_1) {
            return -1;
        }
        if (word.equals("max")) {
            return kernel.isBefore(KernelVersion.V6_18) ? -1 : ScanControl.ANON_ONLY;
        }
        boolean number = word.matches("0*[0-9]{1,3}");
        int value = number ? Integer.parseInt(word) : -1;
        return value <= ScanControl.MAX_SWAPPINESS ? value : -1;
    }

    /// `memory.reclaim`: reclaims `pages` pages of the cgroup and those below it, with the host's
    /// swappiness.
    public long reclaim(Cpu cpu, Memcg memcg, long pages) {
        return reclaim(cpu, memcg, pages, host.swappiness());
    }

    /// `memory.reclaim` with `swappiness=`. Returns the pages freed: if they are fewer, the
    /// kernel's answer is `EAGAIN`.
    public long reclaim(Cpu cpu, Memcg memcg, long pages, int swappiness) {
        long freed = 0;
        int retries = MAX_RECLAIM_RETRIES;
        while (freed < pages) {
            long goal = (pages - freed) / host.memcgRules().proactiveShare();
            long more = reclaim.proactive(cpu, memcg, goal, swappiness);
            if (more == 0 && --retries < 0) {
                break;
            }
            freed += more;
        }
        return freed;
    }
}
