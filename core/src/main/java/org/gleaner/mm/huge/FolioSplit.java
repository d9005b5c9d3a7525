package org.gleaner.mm.huge;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.PrimaryTables;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// Turns a large folio into 512 of one page each (`split_huge_page`).
///
/// A large folio is mapped by one huge leaf or not at all: whoever would map or unmap a part of it
/// splits it first. (The kernel also maps it page by page, for a while.) So a split meets one of
/// two cases:
///
/// - mapped: the leaf is replaced by a *migration entry*, which no walker can take a reference
///   through; then the folio is taken apart, and a page table with 512 entries, as young, dirty and
///   writable as the leaf was, takes the entry's place;
/// - unmapped, in the swap cache: each page keeps the slot that was its own all along.
///
/// It fails, and leaves everything as it was, if anybody holds a reference besides the caller. The
/// page table to put in the place of the leaf was deposited when the leaf was made.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | PMD entry, leaf to migration | holder of the PMD lock | swap | `get_user_pages`, without a lock | load | its second look at the entry, after it took its reference |
/// | head's count, frozen at 0 | the same | CAS | the same | CAS, not from 0 | either its reference makes the freeze fail, or the freeze makes it fail |
/// | tails' `mapping`, `swapSlot` | the same | plain | whoever sees the tail's new state | plain | the release of that state |
/// | PMD entry, to the table | the same | release | walkers | acquire | the table's entries, filled before |
public final class FolioSplit {
    private final PteFormat format;

    /// Neither none, nor present, nor a table: who faults on it waits for the lock.
    private final long migration;

    private static final long LEAF_FLAGS =
            PteFormat.WRITABLE | PteFormat.ACCESSED | PteFormat.DIRTY;

    private final Folios folios;
    private final LruCache lru;
    private final RmapObjects objects;
    private final VmStat stat;
    private final MemorySteps steps;

    public FolioSplit(
            PteFormat format,
            Folios folios,
            LruCache lru,
            RmapObjects objects,
            VmStat stat,
            MemorySteps steps) {
        this.format = format;
        migration = format.makeMigration();
        this.steps = steps;
        this.folios = folios;
        this.lru = lru;
        this.objects = objects;
        this.stat = stat;
    }

    /// Whether nobody but the caller, its mapping and its cache refer to a large folio; racy
    /// (`can_split_folio`).
    public boolean isPossible(Cpu cpu, int head) {
        long state = folios.state(cpu, head);
        return (state & WRITEBACK) == 0 && refcount(state) == expected(state);
    }

    private int expected(long state) {
        return 1 + mapcount(state) + ((state & SWAPCACHE) != 0 ? folios.hugePages : 0);
    }

    /// Splits a large folio that the caller has locked and holds one reference of. If the caller
    /// has isolated it, it has isolated all pages afterwards, with a reference to each; else those
    /// of the tails are on the list of the head, behind it. The tails are not locked.
    public boolean split(Cpu cpu, int head, boolean isolated) {
        if (!isPossible(cpu, head)) {
            return false;
        }
        boolean done;
        if (mapcount(folios.state(cpu, head)) == 0) {
            done = divide(cpu, head, isolated);
        } else {
            done = divideMapped(cpu, head, isolated);
        }
        if (done) {
            stat.inc(cpu, VmEvent.THP_SPLIT_PAGE);
        }
        return done;
    }

    private boolean divideMapped(Cpu cpu, int head, boolean isolated) {
        RmapWalk walk = new RmapWalk(objects);
        walk.start(folios.mapping(head));
        boolean done = false;
        walk.enter(cpu);
        while (walk.next()) {
            done |= divideIn(cpu, walk, head, isolated);
        }
        walk.leave(cpu);
        return done;
    }

    private boolean divideIn(Cpu cpu, RmapWalk walk, int head, boolean isolated) {
        MmuNotifierSubscriptions notifiers = walk.mm().notifiers();
        long first = walk.vpn();
        boolean notify = !notifiers.isEmpty();
        if (notify) {
            notifiers.invalidateRangeStart(
                    cpu, first, first + folios.hugePages, true, InvalidationEvent.CLEAR);
        }
        boolean done = false;
        if (walk.lock(cpu, head)) {
            done = replace(cpu, walk.mm().tables(), walk.at(), head, isolated);
            walk.unlock(cpu);
        }
        if (notify) {
            notifiers.invalidateRangeEnd(cpu, first, first + folios.hugePages);
        }
        if (done) {
            stat.inc(cpu, VmEvent.THP_SPLIT_PMD);
        }
        return done;
    }

    /// Divides the folio and replaces the huge leaf at `walk`, or does neither.
    private boolean replace(Cpu cpu, PrimaryTables tables, Walk walk, int head, boolean isolated) {
        int table = tables.withdraw(walk);
        long hidden = steps.hidesHugeLeaf() ? migration : cpu.load(walk.words, walk.index);
        long leaf = cpu.swap(walk.words, walk.index, hidden);
        boolean done = divide(cpu, head, isolated);
        if (done) {
            fill(cpu, tables.slab, table, leaf, head);
        }
        Pte.set(cpu, walk.words, walk.index, done ? format.makeTable(table) : leaf);
        if (!done) {
            tables.deposit(walk, table);
        }
        return done;
    }

    /// Makes entries of a table, not linked now, that together are the huge leaf.
    private void fill(Cpu cpu, TableSlab slab, int table, long leaf, int head) {
        long[] words = slab.words(table);
        int base = slab.base(table);
        cpu.charge(Cost.PTE_SCAN, folios.hugePages);
        cpu.writes(words, base, folios.hugePages);
        for (int i = 0; i < folios.hugePages; i++) {
            words[base + i] =
                    format.makeLeaf(head + i, RadixTable.LEVEL_4K, format.flags(leaf) & LEAF_FLAGS);
        }
    }

    /// Takes the folio apart once nobody can get to it any more by its mapping.
    private boolean divide(Cpu cpu, int head, boolean isolated) {
        long seen = folios.state(cpu, head);
        Lruvec lruvec = lru.lruvec(seen);
        lruvec.lock().lock(cpu);
        boolean frozen = folios.refFreeze(cpu, head, expected(seen));
        if (frozen) {
            divideFrozen(cpu, head, isolated);
        }
        lruvec.lock().unlock(cpu);
        return frozen;
    }

    private void divideFrozen(Cpu cpu, int head, boolean isolated) {
        long state = folios.state(cpu, head);
        boolean cached = (state & SWAPCACHE) != 0;
        boolean listed = (state & LRU) != 0;
        long maps = mapcount(state);
        long uses = maps + (cached ? 1 : 0);
        long kept = state & ~(LARGE | LOCKED | REF_MASK | MAP_MASK) | maps << MAP_SHIFT;
        long ofTail = kept | (uses + (isolated ? 1 : 0)) << REF_SHIFT;
        long mapping = folios.mapping(head);
        for (int i = folios.hugePages - 1; i > 0; i--) {
            int tail = head + i;
            folios.setMapping(
                    tail, Folios.mappingObject(mapping), Folios.mappingIndex(mapping) + i);
            if (cached) {
                folios.setSwapSlot(tail, folios.swapSlot(head) + i);
            }
            if (listed) {
                folios.lists.addNewer(head, tail);
            }
            folios.init(cpu, tail, ofTail);
        }
        long ofHead = maps << MAP_SHIFT | (uses + 1) << REF_SHIFT;
        folios.update(cpu, head, LARGE | REF_MASK | MAP_MASK, ofHead);
    }
}
