package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.mm.folio.Folios;

/// Generations of one lruvec (`struct lru_gen_folio`), and the rules that put a folio into one.
///
/// A folio's label (the gen field of its state) and the list it hangs on may differ: walkers
/// relabel without a lock and leave the link behind, eviction moves the folio when it meets it.
/// `nrPages` counts by label and may lag behind by what walkers hold in their batches, so single
/// slots may be negative for a while.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `seqs[MAX]` | holder of lru_lock | release | walkers, look-around | acquire |
/// | `seqs[MIN + type]` | holder of lru_lock | release | refault, scan sizing | acquire |
/// | folio gen, refs, flags | walkers | CAS | all | acquire |
/// | lists, `nrPages` | holder of lru_lock | plain | holder; scan sizing reads a hint | plain |
public final class LruGen {
    public static final int MIN_NR_GENS = 2;
    public static final int MAX_NR_GENS = 4;
    public static final int MAX_NR_TIERS = 4;
    public static final int ANON = 0;
    public static final int FILE = 1;

    private static final int MAX = 0;
    private static final int MIN = 1;

    private final Lruvec lruvec;
    private final Folios folios;
    private final LruGenRules rules;
    private final long[] seqs = {3, 0, 0};
    private final int[][] lists = new int[MAX_NR_GENS][2];

    @Guarded("lru_lock")
    private final long[][] nrPages = new long[MAX_NR_GENS][2];

    @Guarded("lru_lock")
    private final long[] birthNanos = new long[MAX_NR_GENS];

    /// The tier controller of each type.
    private final TierControl[] tiers = new TierControl[2];

    private final MmWalkState walkState = new MmWalkState();

    LruGen(Lruvec lruvec, Folios folios, LruGenRules rules) {
        this.lruvec = lruvec;
        this.folios = folios;
        this.rules = rules;
        Arrays.setAll(tiers, type -> new TierControl(rules));
        for (int[] slot : lists) {
            slot[ANON] = folios.lists.newList();
            slot[FILE] = folios.lists.newList();
        }
    }

    // --- sequence numbers --------------------------------------------------------------------

    public static int slot(long seq) {
        return (int) (seq % MAX_NR_GENS);
    }

    public long maxSeq(Cpu cpu) {
        return cpu.load(seqs, MAX);
    }

    public long minSeq(Cpu cpu, int type) {
        return cpu.load(seqs, MIN + type);
    }

    /// A racy look at the youngest generation, for reports.
    public long peekMaxSeq(Cpu cpu) {
        return cpu.peek(seqs, MAX);
    }

    /// A racy look at the oldest generation of a type, for reports.
    public long peekMinSeq(Cpu cpu, int type) {
        return cpu.peek(seqs, MIN + type);
    }

    /// Stores the youngest sequence number. Caller holds lru_lock.
    public void setMaxSeq(Cpu cpu, long seq) {
        birthNanos[slot(seq)] = cpu.now();
        cpu.store(seqs, MAX, seq);
    }

    /// Stores an oldest sequence number. Caller holds lru_lock.
    public void setMinSeq(Cpu cpu, int type, long seq) {
        cpu.store(seqs, MIN + type, seq);
    }

    public int nrGens(Cpu cpu, int type) {
        return (int) (maxSeq(cpu) - minSeq(cpu, type)) + 1;
    }

    /// When the generation was opened, in nanoseconds of engine time.
    public long birthNanos(long seq) {
        return birthNanos[slot(seq)];
    }

    public int list(int slot, int type) {
        return lists[slot][type];
    }

    /// Pages labelled with the slot; may be negative for a while.
    public long nrPages(int slot, int type) {
        return nrPages[slot][type];
    }

    /// Pages of a type by the age of their generation, the youngest first, which has age 0. For
    /// reports: no step.
    public long peekPages(Cpu cpu, int type, int age) {
        long seq = peekMaxSeq(cpu) - age;
        return seq < peekMinSeq(cpu, type) ? 0 : Math.max(0, nrPages[slot(seq)][type]);
    }

    public TierControl tiers(int type) {
        return tiers[type];
    }

    public LruGenRules rules() {
        return rules;
    }

    public MmWalkState walkState() {
        return walkState;
    }

    private boolean isActiveSlot(Cpu cpu, int slot) {
        long max = cpu.peek(seqs, MAX);
        return slot == slot(max) || slot == slot(max - 1);
    }

    // --- adding and removing (lru_lock held) -------------------------------------------------

    /// `lru_gen_add_folio`: into the generation that the kernel's rules say; a rotated folio goes
    /// to the tail.
    boolean add(Cpu cpu, int pfn, boolean rotated) {
        if (!lruvec.lruGenEnabled()) {
            return false;
        }
        long state = folios.state(cpu, pfn);
        if ((state & UNEVICTABLE) != 0) {
            return false;
        }
        int type = type(state);
        long seq = rules.placement(state, type, rotated, minSeq(cpu, type), maxSeq(cpu));
        int slot = slot(seq);
        folios.update(cpu, pfn, GEN_MASK | ACTIVE, (slot + 1L) << GEN_SHIFT);
        account(cpu, type, -1, slot, folios.pages(state));
        if (rotated) {
            folios.lists.addTail(lists[slot][type], pfn);
        } else {
            folios.lists.addHead(lists[slot][type], pfn);
        }
        return true;
    }

    /// `lru_gen_del_folio`. Unless `reclaiming`, a folio of the two youngest generations is marked
    /// active so that whoever adds it again keeps it young.
    boolean del(Cpu cpu, int pfn, boolean reclaiming) {
        long state = folios.state(cpu, pfn);
        if (gen(state) < 0) {
            return false;
        }
        // walkers may relabel between the look and the clearing: what update returns is what counts
        long old = folios.update(cpu, pfn, GEN_MASK, 0);
        int slot = gen(old);
        if (!reclaiming && isActiveSlot(cpu, slot)) {
            folios.set(cpu, pfn, ACTIVE);
        }
        account(cpu, type(old), slot, -1, folios.pages(old));
        folios.lists.unlink(pfn);
        return true;
    }

    // --- moving between generations ----------------------------------------------------------

    /// `folio_update_gen`: what a walker does with a folio it found young, without a lock and
    /// without touching the list. Returns the old slot if that relabelled the folio, else -1.
    public int updateGen(Cpu cpu, int pfn, int slot) {
        long label = (slot + 1L) << GEN_SHIFT;
        for (; ; ) {
            long old = folios.state(cpu, pfn);
            long neu = rules.walked(old, label);
            if (old == neu || folios.cas(cpu, pfn, old, neu)) {
                return gen(old) != gen(neu) ? gen(old) : -1;
            }
        }
    }

    /// An eviction candidate, or its neighbour in a session without a walk, was found young
    /// (`lru_gen_set_refs`). Returns whether that promotes it.
    public boolean sighted(Cpu cpu, int pfn) {
        for (; ; ) {
            long old = folios.state(cpu, pfn);
            long neu = rules.sighted(old);
            if (old == neu || folios.cas(cpu, pfn, old, neu)) {
                return rules.promotes(old);
            }
        }
    }

    /// `folio_inc_gen` under lru_lock: from the oldest generation to the next, unless a walker was
    /// here first. Returns the slot the folio belongs to now.
    public int incGen(Cpu cpu, int pfn, boolean reclaiming) {
        long seen = folios.state(cpu, pfn);
        int type = type(seen);
        int oldest = slot(minSeq(cpu, type));
        for (; ; ) {
            long old = folios.state(cpu, pfn);
            int gen = gen(old);
            if (gen >= 0 && gen != oldest) {
                return gen;
            }
            int next = (oldest + 1) % MAX_NR_GENS;
            long neu = (old & ~(GEN_MASK | rules.clearedByIncGen())) | (next + 1L) << GEN_SHIFT;
            if (reclaiming) {
                neu |= AWAITED;
            }
            if (folios.cas(cpu, pfn, old, neu)) {
                account(cpu, type, oldest, next, folios.pages(old));
                return next;
            }
        }
    }

    /// `lru_gen_update_size` under lru_lock; -1 stands for "not on a list".
    public void account(Cpu cpu, int type, int oldSlot, int newSlot, long n) {
        if (oldSlot >= 0) {
            nrPages[oldSlot][type] -= n;
        }
        if (newSlot >= 0) {
            nrPages[newSlot][type] += n;
        }
        boolean wasActive = oldSlot >= 0 && isActiveSlot(cpu, oldSlot);
        boolean nowActive = newSlot >= 0 && isActiveSlot(cpu, newSlot);
        if (oldSlot >= 0 && newSlot >= 0) {
            if (wasActive != nowActive) {
                lruvec.addSize(cpu, LruList.of(type, wasActive), -n);
                lruvec.addSize(cpu, LruList.of(type, nowActive), n);
            }
        } else if (oldSlot >= 0) {
            lruvec.addSize(cpu, LruList.of(type, wasActive), -n);
        } else if (newSlot >= 0) {
            lruvec.addSize(cpu, LruList.of(type, nowActive), n);
        }
    }

    /// Adds a walker's batched deltas under lru_lock (`reset_batch_size`), and zeroes the batch.
    public void flushBatch(Cpu cpu, long[][] batch) {
        for (int slot = 0; slot < MAX_NR_GENS; slot++) {
            for (int type = 0; type < 2; type++) {
                long delta = batch[slot][type];
                if (delta != 0) {
                    batch[slot][type] = 0;
                    nrPages[slot][type] += delta;
                    lruvec.addSize(cpu, LruList.of(type, isActiveSlot(cpu, slot)), delta);
                }
            }
        }
    }

    /// Re-labels the classic counters for a new youngest generation (`inc_max_seq` step 4). Before
    /// the store of max_seq, lru_lock held: what is the second youngest now becomes inactive, and
    /// what lies in the slot to be reused becomes active.
    public void relabelCounters(Cpu cpu, long maxSeq) {
        int leaving = slot(maxSeq - 1);
        int entering = slot(maxSeq + 1);
        for (int type = 0; type < 2; type++) {
            long delta = nrPages[leaving][type] - nrPages[entering][type];
            lruvec.addSize(cpu, LruList.of(type, false), delta);
            lruvec.addSize(cpu, LruList.of(type, true), -delta);
        }
    }

    /// A page fault is adding the folio.
    void faulted(Cpu cpu, int pfn) {
        for (; ; ) {
            long old = folios.state(cpu, pfn);
            long neu = rules.faulted(old);
            if (old == neu || folios.cas(cpu, pfn, old, neu)) {
                return;
            }
        }
    }

    /// One step of the reference ladder (`folio_inc_refs`).
    void incRefs(Cpu cpu, int pfn) {
        for (; ; ) {
            long old = folios.state(cpu, pfn);
            if ((old & UNEVICTABLE) != 0) {
                return;
            }
            long neu = rules.inced(old);
            if (old == neu || folios.cas(cpu, pfn, old, neu)) {
                return;
            }
        }
    }
}
