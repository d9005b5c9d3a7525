package org.gleaner.mm.memcg;

import java.util.stream.LongStream;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// What a cgroup and those below it have in swap, and how much they may (`memory.swap.current`,
/// `memory.swap.max`).
///
/// A page is charged here when it gets a slot, and as long as the slot is its own, whether or not
/// it has been read back meanwhile. One that does not fit gets no slot, and stays where it is. To
/// lower the limit takes nothing back.
///
/// The root counts too, which the kernel's does not, and has no limit.
///
/// The kernel counts with one atomic a level; here each CPU has a count of its own, which costs
/// nothing, and whoever asks adds them up. On real threads several CPUs at once may so exceed a
/// limit by what they are just charging.
@OneCpu
public final class MemcgSwap {
    /// Words from one CPU's count to the next's.
    private static final int LINE = 8;

    private final @Nullable MemcgSwap parent;

    /// By CPU: pages that it charged less those that it uncharged.
    private final long[] pages;

    /// By CPU: charges that did not fit.
    private final long[] refused;

    private volatile long max = Memcg.UNLIMITED;

    /// @param parent of the cgroup above that is charged as well, or null
    MemcgSwap(@Nullable MemcgSwap parent, int maxCpus) {
        this.parent = parent;
        pages = new long[maxCpus * LINE];
        refused = new long[maxCpus * LINE];
    }

    /// `memory.swap.max` in pages.
    public long max() {
        return max;
    }

    /// Sets `memory.swap.max`; brings nothing back from swap.
    public void setMax(long most) {
        max = most;
    }

    /// `memory.swap.current` in pages; exact when all CPUs are at rest.
    public long current() {
        return LongStream.of(pages).sum();
    }

    /// `max` of `memory.swap.events`: how often something did not fit, here or above.
    public long refused() {
        return LongStream.of(refused).sum();
    }

    /// Charges pages up the tree, or nothing if they do not fit somewhere
    /// (`mem_cgroup_try_charge_swap`).
    public boolean tryCharge(Cpu cpu, int n) {
        for (MemcgSwap at = this; at != null; at = at.parent) {
            long most = at.max;
            if (most != Memcg.UNLIMITED && at.current() + n > most) {
                for (MemcgSwap each = this; each != null; each = each.parent) {
                    each.refused[cpu.id * LINE]++;
                }
                return false;
            }
        }
        add(cpu, n);
        return true;
    }

    /// So many slots are not the cgroup's any more.
    public void uncharge(Cpu cpu, int n) {
        add(cpu, -n);
    }

    private void add(Cpu cpu, int n) {
        for (MemcgSwap at = this; at != null; at = at.parent) {
            at.pages[cpu.id * LINE] += n;
        }
    }

    /// Pages that may still be swapped out, if the device has `free` slots
    /// (`mem_cgroup_get_nr_swap_pages`).
    public long room(long free) {
        long room = free;
        for (MemcgSwap at = this; at != null; at = at.parent) {
            long most = at.max;
            if (most != Memcg.UNLIMITED) {
                room = Math.min(room, Math.max(0, most - at.current()));
            }
        }
        return room;
    }
}
