package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruGenRules;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.MmWalkState;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.MmList;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// MGLRU's aging: when a new generation is due, walk the page tables of everybody who uses the
/// memory, then open it (`should_run_aging`, `try_to_inc_max_seq`).
@OneCpu
final class LruGenAging {
    private static final int MIN_NR_GENS = LruGen.MIN_NR_GENS;

    /// Folios retired in one hold of lru_lock.
    private static final int BUDGET = 4096;

    private final ReclaimContext host;
    private final Folios folios;
    private final PageTableWalk pageTables;
    private final SwitchChance chance;
    private final QueuedWorker worker;

    /// Pages this CPU had written to swap when it aged last.
    private long writtenBefore;

    /// Whether page tables were walked since the last look at whether others had run: an aging that
    /// walks none takes no time to speak of.
    private boolean walked;

    /// Three generations want a fourth whatever is in them, and types are retired apart (6.18).
    private final boolean byCount;

    /// Two generations have pages to scan like any others (6.1, 7.2).
    private final boolean countsFew;

    LruGenAging(ReclaimContext host, SwitchChance chance, QueuedWorker worker) {
        this.host = host;
        this.chance = chance;
        this.worker = worker;
        folios = host.folios();
        pageTables = new PageTableWalk(host);
        KernelVersion kernel = host.kernel();
        countsFew = kernel == KernelVersion.V6_1 || kernel == KernelVersion.V7_2;
        byCount = !kernel.isBefore(KernelVersion.V6_18);
    }

    /// What the generations of the evictable types say about aging.
    @OneCpu
    static final class Need {
        /// Whether there are so few of them, or so unevenly filled, that another one is due.
        boolean aging;

        /// How many there are.
        int gens;

        /// Their pages; 0 if there are only two generations and the kernel does not evict from so
        /// few.
        long total;
    }

    /// `should_run_aging`: two generations always, four never, three always since 6.18, before that
    /// by how the pages are spread over them.
    void assess(Cpu cpu, Lruvec lruvec, boolean canSwap, Need need) {
        LruGen gen = lruvec.gen();
        need.gens = gens(cpu, gen, canSwap);
        need.total = 0;
        need.aging = need.gens == MIN_NR_GENS;
        if (need.aging && !countsFew) {
            return;
        }
        long max = gen.maxSeq(cpu);
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
        boolean due = young * MIN_NR_GENS > need.total || old * (MIN_NR_GENS + 2) < need.total;
        need.aging |= need.gens == MIN_NR_GENS + 1 && (due || byCount);
    }

    /// How many generations there are to evict from.
    int gens(Cpu cpu, LruGen gen, boolean canSwap) {
        return (int) (gen.maxSeq(cpu) - oldest(cpu, gen, canSwap)) + 1;
    }

    /// The oldest generation there is to evict from: up to 6.12 of one type, later of both.
    long oldest(Cpu cpu, LruGen gen, boolean canSwap) {
        long min = gen.minSeq(cpu, canSwap ? LruGen.ANON : LruGen.FILE);
        return canSwap && byCount ? Math.min(min, gen.minSeq(cpu, LruGen.FILE)) : min;
    }

    /// Opens a new generation after walking all address spaces of the cgroup. False if another walk
    /// of the same generation has finished or is under way.
    boolean tryToIncMaxSeq(
            Cpu cpu, Memcg memcg, long seq, boolean canSwap, boolean forceScan, ScanControl sc) {
        LruGen gen = memcg.lruvec().gen();
        if (seq <= gen.walkState().seq) {
            return false;
        }
        cpu.enter(KernelFunction.TRY_TO_INC_MAX_SEQ);
        othersMayHaveRun(cpu);
        boolean success;
        if (!host.caps().mmWalk()) {
            success = iterateWithoutWalk(cpu, memcg, seq);
        } else {
            LruGenWalk walk = sc.useWalk(memcg.lruvec());
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

    /// Work has passed in which a timer tick may have let another task run, and then ours again:
    /// which says nothing about the tasks of a cgroup that ours is not in.
    private void othersMayHaveRun(Cpu cpu) {
        long written = host.stat().get(cpu, VmEvent.PSWPOUT);
        boolean wrote = written != writtenBefore;
        worker.look(cpu);
        boolean tookTime = walked || wrote || !host.preemption().byWalk();
        if (tookTime && chance.strikes(wrote)) {
            host.currentTask().resume(cpu);
        }
        walked = false;
        writtenBefore = written;
    }

    /// Every task of the cgroup was scheduled in since the last walk of its page tables.
    static void markUsed(Cpu cpu, MmList list) {
        list.lock().lock(cpu);
        for (AddressSpace mm : list.mms()) {
            mm.markUsed(cpu);
        }
        list.lock().unlock(cpu);
    }

    private boolean iterateWithoutWalk(Cpu cpu, Memcg memcg, long seq) {
        QueuedSpinLock lock = host.mmLists().of(memcg).lock();
        lock.lock(cpu);
        MmWalkState state = memcg.lruvec().gen().walkState();
        boolean first = seq > state.seq;
        if (first) {
            state.head = MmWalkState.ENDS;
            state.tail = MmWalkState.NONE;
            state.seq++;
        }
        lock.unlock(cpu);
        return first;
    }

    private boolean walkAll(Cpu cpu, Memcg memcg, LruGenWalk walk) {
        for (; ; ) {
            AddressSpace mm = next(cpu, memcg, walk);
            if (mm == null) {
                return walk.completed;
            }
            long since = cpu.now();
            pageTables.walk(cpu, walk, mm);
            worker.walked(cpu, cpu.now() - since);
            walked = true;
        }
    }

    /// The next address space to walk (`iterate_mm_list`), or null if there is none left for this
    /// walker; who comes to the end of the list completes the walk.
    private @Nullable AddressSpace next(Cpu cpu, Memcg memcg, LruGenWalk walk) {
        MmList list = host.mmLists().of(memcg);
        QueuedSpinLock lock = list.lock();
        lock.lock(cpu);
        MmWalkState state = memcg.lruvec().gen().walkState();
        AddressSpace mm = null;
        state.met(walk.met());
        walk.completed = false;
        if (walk.seq > state.seq) {
            boolean first = state.head == MmWalkState.ENDS;
            int size = list.mms().size();
            do {
                state.head = successor(state.head, size);
                if (state.head == MmWalkState.ENDS) {
                    state.seq++;
                    walk.completed = true;
                    break;
                }
                if (state.tail == MmWalkState.NONE || state.tail == state.head) {
                    state.tail = successor(state.head, size);
                    walk.forceScan = true;
                }
                AddressSpace candidate = list.mms().get(state.head);
                if (candidate.testAndClearUsed(cpu) || walk.forceScan) {
                    mm = candidate;
                }
            } while (mm == null);
            if (first && mm != null) {
                state.reset(cpu, walk.seq + 1);
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
                gen.relabelCounters(cpu, seq);
                gen.setMaxSeq(cpu, seq + 1);
                break;
            }
            // lets others in; one of them may have opened the generation when we are back
            lruvec.lock().unlock(cpu);
            lruvec.lock().lock(cpu);
        }
        lruvec.lock().unlock(cpu);
    }

    /// Retires the oldest generation of each type that has all four. False if that takes longer
    /// than one hold of lru_lock may.
    private boolean makeRoom(Cpu cpu, Lruvec lruvec, boolean canSwap) {
        for (int type = LruGen.FILE; type >= LruGen.ANON; type--) {
            if (lruvec.gen().nrGens(cpu, type) == LruGen.MAX_NR_GENS
                    && !incMinSeq(cpu, lruvec, type, canSwap)) {
                return false;
            }
        }
        return true;
    }

    /// `inc_min_seq`: retires the oldest generation of a type, moving its folios one younger in
    /// reverse order. False if the budget ran out before the list did.
    private boolean incMinSeq(Cpu cpu, Lruvec lruvec, int type, boolean canSwap) {
        LruGen gen = lruvec.gen();
        long min = gen.minSeq(cpu, type);
        int list = gen.list(LruGen.slot(min), type);
        if (type == LruGen.FILE || canSwap) {
            int budget = BUDGET;
            for (int pfn = folios.lists.tail(list); pfn >= 0; pfn = folios.lists.tail(list)) {
                if (byCount) {
                    noteForced(cpu, gen, pfn, type, min);
                }
                int slot = gen.incGen(cpu, pfn, false);
                folios.lists.moveToTail(gen.list(slot, type), pfn);
                if (--budget == 0) {
                    return false;
                }
            }
        }
        gen.tiers(type).carryOver(cpu);
        gen.setMinSeq(cpu, type, min + 1);
        return true;
    }

    /// 6.18: a folio that has to leave its generation by force counts as protected.
    private void noteForced(Cpu cpu, LruGen gen, int pfn, int type, long min) {
        long state = folios.peek(cpu, pfn);
        LruGenRules rules = gen.rules();
        if (FolioLayout.gen(state) == LruGen.slot(min) && !rules.saturated(state)) {
            gen.tiers(type).protectedFromEviction(cpu, rules.tier(state), folios.pages(state));
        }
    }

    /// `try_to_inc_min_seq`: drops oldest generations that are empty. Up to 6.12 the anonymous type
    /// is never younger than the file type; later, neither is held back, nor let run ahead of what
    /// could be evicted while the other still has something older. Under lru_lock.
    boolean tryToIncMinSeq(Cpu cpu, Lruvec lruvec, boolean canSwap) {
        LruGen gen = lruvec.gen();
        long max = gen.maxSeq(cpu);
        long oldAnon = gen.minSeq(cpu, LruGen.ANON);
        long oldFile = gen.minSeq(cpu, LruGen.FILE);
        long anon = canSwap ? firstFilled(gen, LruGen.ANON, oldAnon, max) : oldAnon;
        long file = firstFilled(gen, LruGen.FILE, oldFile, max);
        if (canSwap && byCount) {
            long last = max - MIN_NR_GENS;
            if (anon > last && file < last) {
                anon = last;
            } else if (file > last && anon < last) {
                file = last;
            }
        } else if (canSwap) {
            anon = Math.min(anon, file);
            file = Math.max(anon, oldFile);
        }
        boolean advanced = retire(cpu, gen, LruGen.ANON, oldAnon, anon);
        advanced |= retire(cpu, gen, LruGen.FILE, oldFile, file);
        return advanced;
    }

    private static boolean retire(Cpu cpu, LruGen gen, int type, long from, long to) {
        if (to <= from) {
            return false;
        }
        gen.tiers(type).carryOver(cpu);
        gen.setMinSeq(cpu, type, to);
        return true;
    }

    private long firstFilled(LruGen gen, int type, long from, long max) {
        long seq = from;
        while (seq + MIN_NR_GENS <= max && folios.lists.isEmpty(gen.list(LruGen.slot(seq), type))) {
            seq++;
        }
        return seq;
    }
}
