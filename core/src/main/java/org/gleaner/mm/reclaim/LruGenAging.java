package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.MmWalkState;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.jspecify.annotations.Nullable;

/// MGLRU's aging: when a new generation is due, walk the page tables of everybody who uses the memory,
/// then open it (`should_run_aging`, `try_to_inc_max_seq`, rules of 6.12).
final class LruGenAging {
    private static final int MIN_NR_GENS = LruGen.MIN_NR_GENS;

    /// Folios retired in one hold of lru_lock.
    private static final int BUDGET = 4096;

    private final ReclaimContext host;
    private final Folios folios;
    private final PageTableWalk pageTables;
    private final SwitchChance chance;

    LruGenAging(ReclaimContext host, SwitchChance chance) {
        this.host = host;
        this.chance = chance;
        folios = host.folios();
        pageTables = new PageTableWalk(host);
    }

    /// Pages of the evictable types by label, and whether the generations call for aging: two always,
    /// four never, three by how the pages are spread over them.
    static final class Need {
        boolean aging;
        long total;
    }

    void assess(Cpu cpu, Lruvec lruvec, boolean canSwap, Need need) {
        LruGen gen = lruvec.gen();
        long max = gen.maxSeq(cpu);
        long min = gen.minSeq(cpu, canSwap ? LruGen.ANON : LruGen.FILE);
        need.total = 0;
        if (min + MIN_NR_GENS > max) {
            need.aging = true;
            return;
        }
        long young = 0;
        long old = 0;
        for (int type = canSwap ? LruGen.ANON : LruGen.FILE; type <= LruGen.FILE; type++) {
            for (long seq = gen.minSeq(cpu, type); seq <= max; seq++) {
                long size = Math.max(gen.nrPages(LruGen.slot(seq), type), 0);
                need.total += size;
                if (seq == max) {
                    young += size;
                } else if (seq + MIN_NR_GENS == max) {
                    old += size;
                }
            }
        }
        need.aging =
                min + MIN_NR_GENS >= max
                        && (young * MIN_NR_GENS > need.total
                                || old * (MIN_NR_GENS + 2) < need.total);
    }

    /// Opens a new generation after walking all address spaces of the cgroup. False if another walk of
    /// the same generation has finished or is under way.
    boolean tryToIncMaxSeq(
            Cpu cpu, Memcg memcg, long seq, boolean canSwap, boolean forceScan, ScanControl sc) {
        LruGen gen = memcg.lruvec().gen();
        if (seq <= gen.walkState().seq) {
            return false;
        }
        cpu.enter(KernelFunction.TRY_TO_INC_MAX_SEQ);
        if (chance.strikes()) {
            markUsed(cpu, memcg);
        }
        boolean success;
        if (!host.caps().mmWalk()) {
            success = iterateWithoutWalk(cpu, memcg, seq);
        } else {
            LruGenWalk walk = sc.walk;
            if (walk == null) {
                walk = new LruGenWalk(memcg.lruvec());
                sc.walk = walk;
            }
            walk.lruvec = memcg.lruvec();
            walk.seq = seq;
            walk.canSwap = canSwap;
            walk.forceScan = forceScan;
            success = walkAll(cpu, memcg, walk);
        }
        if (success) {
            incMaxSeq(cpu, memcg.lruvec(), seq, canSwap);
        }
        cpu.exit();
        return success;
    }

    /// Every task of the cgroup was scheduled in since the last walk of its page tables.
    static void markUsed(Cpu cpu, Memcg memcg) {
        memcg.mmListLock().lock(cpu);
        for (AddressSpace mm : memcg.mmList()) {
            mm.markUsed(cpu);
        }
        memcg.mmListLock().unlock(cpu);
    }

    private boolean iterateWithoutWalk(Cpu cpu, Memcg memcg, long seq) {
        memcg.mmListLock().lock(cpu);
        MmWalkState state = memcg.lruvec().gen().walkState();
        boolean first = seq > state.seq;
        if (first) {
            state.head = MmWalkState.ENDS;
            state.tail = MmWalkState.NONE;
            state.seq++;
        }
        memcg.mmListLock().unlock(cpu);
        return first;
    }

    private boolean walkAll(Cpu cpu, Memcg memcg, LruGenWalk walk) {
        for (; ; ) {
            long before = memcg.lruvec().gen().walkState().seq;
            AddressSpace mm = next(cpu, memcg, walk);
            if (mm == null) {
                return memcg.lruvec().gen().walkState().seq != before;
            }
            pageTables.walk(cpu, walk, mm);
        }
    }

    /// The next address space to walk (`iterate_mm_list`), or null if there is none left for this walker; who
    /// comes to the end of the list completes the walk.
    private @Nullable AddressSpace next(Cpu cpu, Memcg memcg, LruGenWalk walk) {
        QueuedSpinLock lock = memcg.mmListLock();
        lock.lock(cpu);
        MmWalkState state = memcg.lruvec().gen().walkState();
        AddressSpace mm = null;
        if (walk.seq > state.seq) {
            boolean first = state.head == MmWalkState.ENDS;
            int size = memcg.mmList().size();
            do {
                state.head = successor(state.head, size);
                if (state.head == MmWalkState.ENDS) {
                    state.seq++;
                    break;
                }
                if (state.tail == MmWalkState.NONE || state.tail == state.head) {
                    state.tail = successor(state.head, size);
                    walk.forceScan = true;
                }
                AddressSpace candidate = memcg.mmList().get(state.head);
                if (candidate.testAndClearUsed(cpu) || walk.forceScan) {
                    mm = candidate;
                }
            } while (mm == null);
            if (first && mm != null) {
                state.reset(walk.seq + 1);
            }
        }
        lock.unlock(cpu);
        return mm;
    }

    private static int successor(int position, int size) {
        return position + 1 < size ? position + 1 : MmWalkState.ENDS;
    }

    /// `inc_max_seq`: makes room in the ring of generations, then opens the next one.
    private void incMaxSeq(Cpu cpu, Lruvec lruvec, long seq, boolean canSwap) {
        LruGen gen = lruvec.gen();
        lruvec.lock().lock(cpu);
        while (gen.maxSeq(cpu) == seq) {
            if (makeRoom(cpu, lruvec, canSwap)) {
                gen.relabelCounters(seq);
                gen.setMaxSeq(cpu, seq + 1);
                break;
            }
            // lets others in; one of them may have opened the generation when we are back
            lruvec.lock().unlock(cpu);
            lruvec.lock().lock(cpu);
        }
        lruvec.lock().unlock(cpu);
    }

    /// Retires the oldest generation of each type that has all four. False if that takes longer than one
    /// hold of lru_lock may.
    private boolean makeRoom(Cpu cpu, Lruvec lruvec, boolean canSwap) {
        for (int type = LruGen.FILE; type >= LruGen.ANON; type--) {
            if (lruvec.gen().nrGens(cpu, type) == LruGen.MAX_NR_GENS
                    && !incMinSeq(cpu, lruvec, type, canSwap)) {
                return false;
            }
        }
        return true;
    }

    /// `inc_min_seq`: retires the oldest generation of a type, moving its folios one younger in reverse
    /// order. False if the budget ran out before the list did.
    private boolean incMinSeq(Cpu cpu, Lruvec lruvec, int type, boolean canSwap) {
        LruGen gen = lruvec.gen();
        long min = gen.minSeq(cpu, type);
        int list = gen.list(LruGen.slot(min), type);
        if (type == LruGen.FILE || canSwap) {
            int budget = BUDGET;
            for (int pfn = folios.tail(list); pfn >= 0; pfn = folios.tail(list)) {
                int slot = gen.incGen(cpu, pfn, false);
                folios.moveToTail(gen.list(slot, type), pfn);
                if (--budget == 0) {
                    return false;
                }
            }
        }
        gen.tiers(type).carryOver();
        gen.setMinSeq(cpu, type, min + 1);
        return true;
    }

    /// `try_to_inc_min_seq`: drops oldest generations that are empty, keeping the file type no older than
    /// the anonymous one. Under lru_lock.
    boolean tryToIncMinSeq(Cpu cpu, Lruvec lruvec, boolean canSwap) {
        LruGen gen = lruvec.gen();
        long max = gen.maxSeq(cpu);
        long oldAnon = gen.minSeq(cpu, LruGen.ANON);
        long oldFile = gen.minSeq(cpu, LruGen.FILE);
        long anon = canSwap ? firstFilled(gen, LruGen.ANON, oldAnon, max) : oldAnon;
        long file = firstFilled(gen, LruGen.FILE, oldFile, max);
        if (canSwap) {
            anon = Math.min(anon, file);
            file = Math.max(anon, oldFile);
        }
        boolean advanced = false;
        if (anon != oldAnon) {
            gen.tiers(LruGen.ANON).carryOver();
            gen.setMinSeq(cpu, LruGen.ANON, anon);
            advanced = true;
        }
        if (file != oldFile) {
            gen.tiers(LruGen.FILE).carryOver();
            gen.setMinSeq(cpu, LruGen.FILE, file);
            advanced = true;
        }
        return advanced;
    }

    private long firstFilled(LruGen gen, int type, long from, long max) {
        long seq = from;
        while (seq + MIN_NR_GENS <= max && folios.isEmpty(gen.list(LruGen.slot(seq), type))) {
            seq++;
        }
        return seq;
    }
}
