package org.gleaner.mm.reclaim;

import java.util.List;
import java.util.Locale;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.MmWalkState;
import org.gleaner.mm.lru.TierControl;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.version.KernelVersion;

/// The text of `/sys/kernel/debug/lru_gen` and `lru_gen_full`, character by character.
///
/// A line for each generation, the oldest first: its number, its age in milliseconds, pages of
/// anonymous and of file memory. The full text begins at the fourth youngest, where `x` marks what
/// is gone, and adds per tier what refaulted, was evicted and protected (of the oldest generation)
/// or the averages of refaulted and total (beside the youngest), and what page-table walks met. A
/// kernel with one generation of history, as distributions build it, has nothing to say of those
/// between.
///
/// Reads without locks, as the kernel does: a snapshot of numbers in motion.
final class LruGenText {
    private static final long JIFFY_NANOS = 4_000_000;
    private static final int JIFFY_MILLIS = 4;

    /// A count of what page-table walks met, and its letter.
    private record WalkCount(char letter, int of) {}

    private static final List<WalkCount> OF_6_1 =
            List.of(
                    new WalkCount('L', MmWalkState.LEAF_TOTAL),
                    new WalkCount('O', MmWalkState.LEAF_OLD),
                    new WalkCount('Y', MmWalkState.LEAF_YOUNG),
                    new WalkCount('N', MmWalkState.NONLEAF_TOTAL),
                    new WalkCount('F', MmWalkState.NONLEAF_FOUND),
                    new WalkCount('A', MmWalkState.NONLEAF_ADDED));

    private static final List<WalkCount> SINCE_6_12 =
            List.of(
                    new WalkCount('T', MmWalkState.LEAF_TOTAL),
                    new WalkCount('Y', MmWalkState.LEAF_YOUNG),
                    new WalkCount('F', MmWalkState.NONLEAF_FOUND),
                    new WalkCount('A', MmWalkState.NONLEAF_ADDED));

    private final KernelVersion kernel;
    private final boolean full;
    private final StringBuilder text = new StringBuilder();

    LruGenText(KernelVersion kernel, boolean full) {
        this.kernel = kernel;
        this.full = full;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    void add(Cpu cpu, Memcg memcg) {
        boolean padded = kernel.isBefore(KernelVersion.V7_2);
        format(padded ? "memcg %5d %s\n" : "memcg %d %s\n", id(memcg), path(memcg));
        format(" node %5d\n", 0);
        LruGen gen = memcg.lruvec().gen();
        long max = gen.peekMaxSeq(cpu);
        long first = oldest(cpu, gen);
        if (full) {
            first = Math.max(0, max - LruGen.MAX_NR_GENS + 1);
        }
        for (long seq = first; seq <= max; seq++) {
            generation(cpu, gen, seq);
            if (full) {
                tiers(cpu, gen, seq, max);
                walks(gen.walkState(), seq == max);
            }
        }
    }

    /// The number that the kernel knows a cgroup by: the root's is 1.
    static long id(Memcg memcg) {
        return memcg.id() + 1L;
    }

    /// Cgroups have no names here, so the path of one is its number.
    private static String path(Memcg memcg) {
        return memcg.id() == Memcg.ROOT ? "/" : "/" + id(memcg);
    }

    private long oldest(Cpu cpu, LruGen gen) {
        long anon = gen.peekMinSeq(cpu, LruGen.ANON);
        return kernel.isBefore(KernelVersion.V6_18)
                ? anon
                : Math.min(anon, gen.peekMinSeq(cpu, LruGen.FILE));
    }

    private void generation(Cpu cpu, LruGen gen, long seq) {
        long jiffies = cpu.now() / JIFFY_NANOS - gen.birthNanos(seq) / JIFFY_NANOS;
        format(" %10d %10d", seq, jiffies * JIFFY_MILLIS);
        for (int type = LruGen.ANON; type <= LruGen.FILE; type++) {
            boolean gone = full && seq < gen.peekMinSeq(cpu, type);
            long pages = gone ? 0 : Math.max(0, gen.nrPages(LruGen.slot(seq), type));
            format(" %10d%c", pages, gone ? 'x' : ' ');
        }
        text.append('\n');
    }

    private void tiers(Cpu cpu, LruGen gen, long seq, long max) {
        for (int tier = 0; tier < LruGen.MAX_NR_TIERS; tier++) {
            format("            %10d", tier);
            for (int type = LruGen.ANON; type <= LruGen.FILE; type++) {
                tier(cpu, gen.tiers(type), tier, seq == max, seq == gen.peekMinSeq(cpu, type));
            }
            text.append('\n');
        }
    }

    private void tier(Cpu cpu, TierControl tiers, int tier, boolean youngest, boolean oldest) {
        if (youngest) {
            cell(tiers.avgRefaulted(cpu, tier), 'R');
            cell(tiers.avgTotal(cpu, tier), 'T');
            blank();
        } else if (oldest) {
            cell(tiers.refaulted(cpu, tier), 'r');
            cell(tiers.evicted(cpu, tier), 'e');
            cell(tiers.protectedPages(cpu, tier), 'p');
        } else {
            blank();
            blank();
            blank();
        }
    }

    private void walks(MmWalkState state, boolean youngest) {
        text.repeat(' ', 22);
        for (WalkCount count : kernel.isBefore(KernelVersion.V6_12) ? OF_6_1 : SINCE_6_12) {
            if (youngest) {
                cell(state.met(count.of), count.letter);
            } else {
                blank();
            }
        }
        text.append('\n');
    }

    /// Nothing to say: 6.1 leaves the place of the letter free.
    private void blank() {
        cell(0, kernel.isBefore(KernelVersion.V6_12) ? ' ' : 'x');
    }

    private void cell(long count, char letter) {
        format(" %10d%c", count, letter);
    }

    private void format(String pattern, Object... values) {
        text.append(String.format(Locale.ROOT, pattern, values));
    }
}
