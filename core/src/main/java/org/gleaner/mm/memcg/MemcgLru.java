package org.gleaner.mm.memcg;

import java.util.SplittableRandom;
import org.gleaner.machine.BitSpinLock;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.jspecify.annotations.Nullable;

/// An LRU of cgroups, so that reclaim of a host with many of them need not visit all
/// (`lru_gen_memcg`).
///
/// Cgroups hang in two generations, *old* and *young*, of eight bins each. Reclaim takes from the
/// old one, bin by bin from a random one on, and moves what is not worth a second visit soon to the
/// young one; once the old generation is empty the young one is old. There is a third generation,
/// of walkers that have not noticed yet. Bins are there so that many reclaimers at once do not meet
/// at one list; each move goes to a random one.
///
/// Everything is guarded by one lock. A walker holds it from one cgroup to the next only, so others
/// may move the cgroup that it is at; it then goes on from the head of the bin.
@Guarded("memcg_lock")
public final class MemcgLru {
    public static final int NR_BINS = 8;
    private static final int NR_GENS = 3;

    /// What to do with a cgroup's place.
    public enum Op {
        /// Leave it.
        NONE,
        /// To the head of a bin of the same generation: to be visited before others.
        HEAD,
        /// To the tail of a bin of the same generation: to be visited after others, once more.
        TAIL,
        /// To the head of a bin of the old generation.
        OLD,
        /// To the tail of a bin of the young generation.
        YOUNG
    }

    /// Where a cgroup hangs.
    @Guarded("memcg_lock")
    static final class Place {
        final Memcg memcg;
        int gen;
        int bin;
        Op segment = Op.NONE;
        @Nullable Place next;
        @Nullable Place previous;

        Place(Memcg memcg) {
            this.memcg = memcg;
        }
    }

    /// One bin: visited from the head.
    @Guarded("memcg_lock")
    private static final class Bin {
        @Nullable Place head;
        @Nullable Place tail;
    }

    private final Bin[][] bins = new Bin[NR_GENS][NR_BINS];
    private final int[] memcgs = new int[NR_GENS];
    private final BitSpinLock lock = new BitSpinLock(LockClass.MEMCG_LOCK);
    private final long[] lockWord = new long[1];
    private final SplittableRandom random;

    /// Number of the old generation.
    private long seq;

    /// @param seed of the choice of bins
    public MemcgLru(long seed) {
        random = new SplittableRandom(seed);
        for (Bin[] gen : bins) {
            for (int i = 0; i < NR_BINS; i++) {
                gen[i] = new Bin();
            }
        }
    }

    private static int gen(long seq) {
        return (int) (seq % NR_GENS);
    }

    /// Adds a cgroup to the old generation (`lru_gen_online_memcg`), while the host is set up.
    public void online(Memcg memcg) {
        Place place = memcg.place;
        place.gen = gen(seq);
        link(place, random.nextInt(NR_BINS), false);
        memcgs[place.gen]++;
    }

    /// The generation to take from.
    public int oldGen(Cpu cpu) {
        lock.lock(cpu, lockWord, 0, 0);
        int gen = gen(seq);
        lock.unlock(cpu, lockWord, 0, 0);
        return gen;
    }

    /// The cgroup to visit in a bin after `last`, which was visited there last; the first if that
    /// is null or has been moved by somebody else. Null at the end of the bin.
    public @Nullable Memcg next(Cpu cpu, int gen, int bin, @Nullable Memcg last) {
        lock.lock(cpu, lockWord, 0, 0);
        Place from = last == null ? null : last.place;
        boolean there = from != null && from.gen == gen && from.bin == bin;
        Place next = there && from != null ? from.next : bins[gen][bin].head;
        lock.unlock(cpu, lockWord, 0, 0);
        return next == null ? null : next.memcg;
    }

    /// Whether the last move of a cgroup was to the tail: it has been passed over once.
    public boolean isAtTail(Memcg memcg) {
        return memcg.place.segment == Op.TAIL;
    }

    /// Moves a cgroup (`lru_gen_rotate_memcg`).
    public void rotate(Cpu cpu, Memcg memcg, Op op) {
        if (op == Op.NONE) {
            return;
        }
        lock.lock(cpu, lockWord, 0, 0);
        Place place = memcg.place;
        int from = place.gen;
        int bin = random.nextInt(NR_BINS);
        unlink(place);
        memcgs[from]--;
        place.gen =
                switch (op) {
                    case OLD -> gen(seq);
                    case YOUNG -> gen(seq + 1);
                    default -> from;
                };
        place.segment = op == Op.HEAD || op == Op.TAIL ? op : Op.NONE;
        link(place, bin, op == Op.HEAD || op == Op.OLD);
        memcgs[place.gen]++;
        if (memcgs[from] == 0 && from == gen(seq)) {
            seq++;
        }
        lock.unlock(cpu, lockWord, 0, 0);
    }

    private void link(Place place, int number, boolean first) {
        Bin bin = bins[place.gen][number];
        place.bin = number;
        if (first) {
            place.next = bin.head;
            place.previous = null;
        } else {
            place.previous = bin.tail;
            place.next = null;
        }
        if (place.next != null) {
            place.next.previous = place;
        } else {
            bin.tail = place;
        }
        if (place.previous != null) {
            place.previous.next = place;
        } else {
            bin.head = place;
        }
    }

    private void unlink(Place place) {
        Bin bin = bins[place.gen][place.bin];
        if (place.previous != null) {
            place.previous.next = place.next;
        } else {
            bin.head = place.next;
        }
        if (place.next != null) {
            place.next.previous = place.previous;
        } else {
            bin.tail = place.previous;
        }
        place.next = null;
        place.previous = null;
    }
}
