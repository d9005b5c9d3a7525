package org.gleaner.mm.folio;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockDep;

/// The folio table: a record of three words for each page frame, and list heads ([FolioLists])
/// above them.
///
/// | word | bytes | protected by |
/// |---|---|---|
/// | `STATE` ([FolioLayout]) | 8 | atomics |
/// | `LINKS`: next in the upper, previous in the lower half | 8 | the lock of the list's owner (lru_lock, or private); zone lock if free |
/// | `MAPPING` | 8 | the folio lock |
/// | `swapSlot`, an array of its own | 4 | the folio lock |
///
/// Whoever takes a folio off its list goes on to its state and its mapping, and has just touched
/// the links of the one behind it, which is next: so the three words lie together, and reclaim
/// finds in its cache what it is about to need.
///
/// Reference counts follow the kernel: one for the page or swap cache, one per mapping, one for
/// whoever isolated it or holds it in a batch, one per user (`get_user_pages`). LRU membership
/// holds none. Counts that outgrow their field stick, see [FolioLayout].
public final class Folios {
    /// Frames that a host can have: 2 TiB, whose records fill an array that ints can index.
    public static final int MOST_FRAMES = 1 << 29;

    private static final int INDEX_BITS = 40;

    /// Reverse-map objects that folios can tell apart.
    private static final int MOST_OBJECTS = 1 << 24;

    /// Pages of one of them.
    public static final long MOST_INDEX = 1L << INDEX_BITS;

    // The words of a record.
    static final int STATE = 0, LINKS = 1, MAPPING = 2, RECORD = 3;

    /// Links are those of [#lists]; the rest as the table above says.
    @Guarded("lru_lock")
    private final long[] table;

    @Guarded("folio_lock")
    private final int[] swapSlot;

    private final int frames;

    /// The pages that these are.
    public final PageSize page;

    /// Frames of a large folio.
    public final int hugePages;

    /// The lists that folios are on.
    public final FolioLists lists;

    /// A table for `frames` page frames of a size and at most `lists` lists.
    ///
    /// @throws IllegalArgumentException if that is more than ints and this layout have room for
    public Folios(PageSize page, int frames, int lists) {
        this.page = page;
        hugePages = page.hugePages();
        this.frames = Capacity.check("page frames", frames, 1, MOST_FRAMES);
        Capacity.check("lists of folios", lists, 0, FolioLists.MOST_LISTS);
        table = new long[(frames + lists) * RECORD];
        swapSlot = new int[frames];
        this.lists = new FolioLists(table, frames, lists);
    }

    public int frames() {
        return frames;
    }

    private static int state(int pfn) {
        return pfn * RECORD + STATE;
    }

    // --- state -------------------------------------------------------------------------------

    public long state(Cpu cpu, int pfn) {
        return cpu.load(table, state(pfn));
    }

    /// A racy look, to be checked again or for reports.
    public long peek(Cpu cpu, int pfn) {
        return cpu.peek(table, state(pfn));
    }

    public boolean test(Cpu cpu, int pfn, long flags) {
        return (cpu.load(table, state(pfn)) & flags) != 0;
    }

    public void set(Cpu cpu, int pfn, long flags) {
        if ((cpu.load(table, state(pfn)) & flags) != flags) {
            cpu.fetchOr(table, state(pfn), flags);
        }
    }

    public void clear(Cpu cpu, int pfn, long flags) {
        if ((cpu.load(table, state(pfn)) & flags) != 0) {
            cpu.fetchAnd(table, state(pfn), ~flags);
        }
    }

    /// Returns whether all of `flags` were set before.
    public boolean testAndSet(Cpu cpu, int pfn, long flag) {
        return (cpu.fetchOr(table, state(pfn), flag) & flag) != 0;
    }

    /// Returns whether `flag` was set before.
    public boolean testAndClear(Cpu cpu, int pfn, long flag) {
        return (cpu.load(table, state(pfn)) & flag) != 0
                && (cpu.fetchAnd(table, state(pfn), ~flag) & flag) != 0;
    }

    public boolean cas(Cpu cpu, int pfn, long expect, long update) {
        return cpu.cas(table, state(pfn), expect, update);
    }

    /// Gives a frame its first state, or its last; the caller is its only user, and has it locked
    /// if the state says so.
    public void init(Cpu cpu, int pfn, long value) {
        if (LockDep.isHeld(cpu, table, state(pfn), LockClass.FOLIO_LOCK)) {
            LockDep.released(cpu, table, state(pfn), LockClass.FOLIO_LOCK);
        }
        if ((value & LOCKED) != 0) {
            LockDep.taken(cpu, table, state(pfn), LockClass.FOLIO_LOCK);
        }
        cpu.store(table, state(pfn), value);
    }

    /// Replaces the bits of `mask` by `bits` in one atomic; returns the state before.
    public long update(Cpu cpu, int pfn, long mask, long bits) {
        for (; ; ) {
            long old = cpu.load(table, state(pfn));
            long neu = (old & ~mask) | bits;
            if (old == neu || cpu.cas(table, state(pfn), old, neu)) {
                return old;
            }
        }
    }

    // --- large folios ------------------------------------------------------------------------

    /// Pages of the folio whose state this is (`folio_nr_pages`).
    public int pages(long state) {
        return (state & LARGE) != 0 ? hugePages : 1;
    }

    /// The folio that a frame is part of (`page_folio`); may be stale unless a reference to it is
    /// held.
    public int folio(Cpu cpu, int pfn) {
        return (peek(cpu, pfn) & TAIL) != 0 ? pfn & -hugePages : pfn;
    }

    // --- counts ------------------------------------------------------------------------------

    public void get(Cpu cpu, int pfn) {
        get(cpu, pfn, 1);
    }

    /// Takes `n` references.
    public void get(Cpu cpu, int pfn, int n) {
        refsChanged(cpu, pfn, cpu.fetchAdd(table, state(pfn), n * ONE_REF));
    }

    /// Returns whether the references are stuck, having put them back if so.
    private boolean refsChanged(Cpu cpu, int pfn, long old) {
        boolean stuck = refcount(old) >= REF_STUCK;
        if (stuck) {
            update(cpu, pfn, REF_MASK, (long) (REF_STUCK + (REF_STUCK >> 3)) << REF_SHIFT);
        }
        return stuck;
    }

    /// The same for mappings.
    private boolean mapsChanged(Cpu cpu, int pfn, long old) {
        boolean stuck = mapcount(old) >= MAP_STUCK;
        if (stuck) {
            update(cpu, pfn, MAP_MASK, (long) (MAP_STUCK + (MAP_STUCK >> 3)) << MAP_SHIFT);
        }
        return stuck;
    }

    /// Takes a reference unless the folio is being freed; returns whether it did.
    public boolean tryGet(Cpu cpu, int pfn) {
        for (; ; ) {
            long old = cpu.load(table, state(pfn));
            if (refcount(old) == 0) {
                return false;
            }
            if (refsChanged(cpu, pfn, old) || cpu.cas(table, state(pfn), old, old + ONE_REF)) {
                return true;
            }
        }
    }

    /// Drops a reference; returns whether it was the last.
    public boolean dropReference(Cpu cpu, int pfn) {
        long old = cpu.fetchAdd(table, state(pfn), -ONE_REF);
        assert refcount(old) > 0 : "reference of pfn " + pfn + " dropped twice";
        return !refsChanged(cpu, pfn, old) && refcount(old) == 1;
    }

    /// Drops `n` references, which are not the last.
    public void dropReferences(Cpu cpu, int pfn, int n) {
        long old = cpu.fetchAdd(table, state(pfn), -n * ONE_REF);
        assert refcount(old) > n : "last references of pfn " + pfn + " dropped";
        refsChanged(cpu, pfn, old);
    }

    /// Freezes the reference count at zero if it equals `expect`; returns whether it did.
    public boolean refFreeze(Cpu cpu, int pfn, int expect) {
        for (; ; ) {
            long old = cpu.load(table, state(pfn));
            if (refcount(old) != expect) {
                return false;
            }
            if (cpu.cas(table, state(pfn), old, old & ~REF_MASK)) {
                return true;
            }
        }
    }

    /// Undoes [#refFreeze].
    public void refUnfreeze(Cpu cpu, int pfn, int count) {
        cpu.fetchAdd(table, state(pfn), count * ONE_REF);
    }

    public void addMap(Cpu cpu, int pfn) {
        mapsChanged(cpu, pfn, cpu.fetchAdd(table, state(pfn), ONE_MAP));
    }

    public void removeMap(Cpu cpu, int pfn) {
        long old = cpu.fetchAdd(table, state(pfn), -ONE_MAP);
        assert mapcount(old) > 0 : "pfn " + pfn + " unmapped twice";
        mapsChanged(cpu, pfn, old);
    }

    // --- pins --------------------------------------------------------------------------------

    /// Turns a reference that the caller holds into a pin (`FOLL_PIN`).
    public void pin(Cpu cpu, int folio) {
        if ((peek(cpu, folio) & LARGE) != 0) {
            cpu.fetchAdd(table, pinsOf(folio), 1);
        } else {
            get(cpu, folio, PIN_BIAS - 1);
        }
    }

    /// Turns a pin into a reference. A folio that is referenced is not split, so a pin ends as it
    /// began.
    public void unpin(Cpu cpu, int folio) {
        if ((peek(cpu, folio) & LARGE) != 0) {
            long old = cpu.fetchAdd(table, pinsOf(folio), -1);
            assert old > 0 : "folio " + folio + " unpinned more often than pinned";
        } else {
            dropReferences(cpu, folio, PIN_BIAS - 1);
        }
    }

    /// Whether somebody pins the folio; of a small one, whether it has as many references as if
    /// (`folio_maybe_dma_pinned`). Racy.
    public boolean maybePinned(Cpu cpu, int folio) {
        long state = peek(cpu, folio);
        return (state & LARGE) != 0
                ? cpu.peek(table, pinsOf(folio)) > 0
                : refcount(state) >= PIN_BIAS;
    }

    /// A large folio is born without pins.
    public void clearPins(int folio) {
        table[pinsOf(folio)] = 0;
    }

    /// Pins of a large folio are counted in its second frame's record, which has no mapping of its
    /// own.
    private static int pinsOf(int folio) {
        return (folio + 1) * RECORD + MAPPING;
    }

    // --- folio lock --------------------------------------------------------------------------

    /// `folio_trylock`. Who may wait uses [org.gleaner.mm.fault.FolioWait].
    public boolean tryLock(Cpu cpu, int pfn) {
        if (testAndSet(cpu, pfn, LOCKED)) {
            return false;
        }
        LockDep.taken(cpu, table, state(pfn), LockClass.FOLIO_LOCK);
        return true;
    }

    /// Leaves a locked folio to a device, which unlocks it when the read has ended.
    public void handOver(Cpu cpu, int pfn) {
        LockDep.released(cpu, table, state(pfn), LockClass.FOLIO_LOCK);
    }

    /// Receives what [#handOver] left.
    public void takeOver(Cpu cpu, int pfn) {
        LockDep.taken(cpu, table, state(pfn), LockClass.FOLIO_LOCK);
    }

    public void unlock(Cpu cpu, int pfn) {
        LockDep.released(cpu, table, state(pfn), LockClass.FOLIO_LOCK);
        long old = cpu.fetchAnd(table, state(pfn), ~LOCKED);
        assert (old & LOCKED) != 0 : "pfn " + pfn + " was not locked";
    }

    // --- mapping -----------------------------------------------------------------------------

    /// Id of the reverse-map object, in the upper 24 bits, and page index in it.
    public long mapping(int pfn) {
        return table[pfn * RECORD + MAPPING];
    }

    public void setMapping(int pfn, int object, long index) {
        assert object < MOST_OBJECTS && index < MOST_INDEX : object + ", " + index;
        table[pfn * RECORD + MAPPING] = ((long) object << INDEX_BITS) | index;
    }

    public static int mappingObject(long mapping) {
        return (int) (mapping >>> INDEX_BITS);
    }

    public static long mappingIndex(long mapping) {
        return mapping & MOST_INDEX - 1;
    }

    /// Slot of a folio in the swap cache (`folio->swap`).
    public int swapSlot(int pfn) {
        return swapSlot[pfn];
    }

    public void setSwapSlot(int pfn, int slot) {
        swapSlot[pfn] = slot;
    }
}
