package org.gleaner.mm.memcg;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Racy;
import org.jspecify.annotations.Nullable;

/// Pages that CPUs have charged ahead (`memcg_stock_pcp`), so that most charges touch nothing
/// shared.
///
/// A CPU takes from its own stock and fills it; anybody may empty it (`drain_all_stock`). In the
/// kernel that is work sent to the CPU; here it is done in its stead, which is why the words are
/// shared.
///
/// ```
/// bits  0..15  pages
/// bits 16..    id of the cgroup + 1; 0: nobody's
/// ```
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `ways[cpu * LINE + way]` | its CPU, drainers | CAS | both | acquire |
/// | `known[id]` | whoever stocks for it first, always the same value | plain, before the CAS | drainers, after a load that names it | plain |
final class ChargeStock {
    /// Words from one CPU's ways to the next's: a cache line.
    private static final int LINE = 8;

    private static final int ID_SHIFT = 16;
    private static final long PAGES = (1L << ID_SHIFT) - 1;

    private final StockRule rule;
    private final long[] ways;

    /// By CPU, private to it: drawn on to choose a victim.
    @OneCpu private final long[] choices;

    @Racy("everybody writes the same")
    private final @Nullable Memcg[] known = new @Nullable Memcg[256];

    private final int cpus;

    ChargeStock(StockRule rule, int cpus, long seed) {
        this.rule = rule;
        this.cpus = cpus;
        ways = new long[cpus * LINE];
        choices = new long[cpus * LINE];
        for (int cpu = 0; cpu < cpus; cpu++) {
            choices[cpu * LINE] = rule == StockRule.RANDOM ? seed + ((long) cpu << 32) : 0;
        }
    }

    /// Takes one page of a cgroup from this CPU's stock.
    boolean consume(Cpu cpu, Memcg memcg) {
        int first = cpu.id * LINE;
        for (int i = first; i < first + rule.ways; i++) {
            for (long word = cpu.load(ways, i);
                    isOf(word, memcg) && pages(word) > 0;
                    word = cpu.load(ways, i)) {
                if (cpu.cas(ways, i, word, word - 1)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Puts pages of a cgroup into this CPU's stock, after giving back another's if there is no way
    /// free.
    void refill(Cpu cpu, Memcg memcg, int pages) {
        known[memcg.id()] = memcg;
        int first = cpu.id * LINE;
        int way = -1;
        for (int i = first; i < first + rule.ways; i++) {
            long word = cpu.load(ways, i);
            if (isOf(word, memcg)) {
                way = i;
                break;
            }
            if (word == 0 && way < 0) {
                way = i;
            }
        }
        if (way < 0) {
            way = first + rule.victim(choices[first]++);
        }
        for (; ; ) {
            long word = cpu.load(ways, way);
            boolean same = isOf(word, memcg);
            long update = same ? word + pages : (memcg.id() + 1L) << ID_SHIFT | pages;
            if (cpu.cas(ways, way, word, update)) {
                if (!same) {
                    giveBack(cpu, word);
                }
                return;
            }
        }
    }

    /// Gives back what all CPUs have for `top` and the cgroups below it (`drain_all_stock`).
    void drainAll(Cpu cpu, Memcg top) {
        for (int i = 0; i < cpus; i++) {
            for (int way = i * LINE; way < i * LINE + rule.ways; way++) {
                long word = cpu.load(ways, way);
                Memcg owner = owner(word);
                if (owner != null && owner.isWithin(top)) {
                    giveBack(cpu, cpu.swap(ways, way, 0));
                }
            }
        }
    }

    /// Pages stocked for one cgroup on all CPUs; exact when they are at rest.
    long pages(Memcg memcg) {
        long sum = 0;
        for (long word : ways) {
            sum += isOf(word, memcg) ? pages(word) : 0;
        }
        return sum;
    }

    private void giveBack(Cpu cpu, long word) {
        Memcg owner = owner(word);
        if (owner != null && pages(word) > 0) {
            owner.uncharge(cpu, pages(word));
        }
    }

    private @Nullable Memcg owner(long word) {
        return word == 0 ? null : known[(int) (word >>> ID_SHIFT) - 1];
    }

    private static boolean isOf(long word, Memcg memcg) {
        return word >>> ID_SHIFT == memcg.id() + 1L;
    }

    private static int pages(long word) {
        return (int) (word & PAGES);
    }
}
