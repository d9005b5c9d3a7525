package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// `lru_gen_look_around`: when the page that reclaim is about to evict turns out young, its
/// neighbours in the same page table probably are too, and their accessed bits are harvested while
/// the table is at hand. The page table then is worth a scan in the next aging walk.
final class LookAround {
    /// Pages harvested at most (`MIN_LRU_BATCH`).
    private static final int WINDOW = 64;

    /// 6.1: neighbours that are worth a hold of lru_lock (`PAGEVEC_SIZE`).
    private static final int ENOUGH_TO_LOCK = 15;

    private final PteFormat format;

    private final ReclaimContext host;
    private final Folios folios;
    private final AgingInForce aging;

    /// 6.1 looks at the target again while it harvests, and promotes what it found in one go at the
    /// end.
    private final boolean of61;

    /// 6.1: young neighbours of this window, in sessions without a walk.
    private final FolioQueue found61 = new FolioQueue();

    /// What was brought near, so that the compiler does not drop the loads.
    @SuppressWarnings("unused")
    @OneCpu
    private long near;

    LookAround(ReclaimContext host) {
        this.host = host;
        folios = host.folios();
        format = host.format();
        aging = new AgingInForce(host);
        of61 = host.kernel() == KernelVersion.V6_1;
    }

    /// Whether the mapping of `pfn` at `vpn` was used; `walk` is at its entry and the table's lock
    /// is held. Neighbours count if they belong to the folio's own cgroup, whoever's address space
    /// this is.
    boolean lookAround(Cpu cpu, ScanControl sc, int pfn, Vma vma, Walk walk, long vpn) {
        AddressSpace mm = vma.mm();
        boolean young = Pte.testAndClearYoung(cpu, format, walk.words, walk.index);
        boolean around = young;
        if (!mm.notifiers().isEmpty()) {
            int answer = aging.now().target(cpu, mm.notifiers(), vpn, young);
            young |= (answer & SecondaryAging.YOUNG) != 0;
            around = (answer & SecondaryAging.LOOK_AROUND) != 0;
        }
        if (!around || mm.pteLock(walk).isContended()) {
            return young;
        }
        long table = mm.tables().geometry.pages(RadixTable.LEVEL_2M);
        long tableStart = vpn & -table;
        long start = Math.max(tableStart, vma.start());
        long end = Math.min(tableStart + table, vma.end());
        if (end - start == 1) {
            return young;
        }
        if (end - start > WINDOW) {
            if (vpn - start < WINDOW / 2) {
                end = start + WINDOW;
            } else if (end - vpn < WINDOW / 2) {
                start = end - WINDOW;
            } else {
                start = vpn - WINDOW / 2;
                end = vpn + WINDOW / 2;
            }
        }
        cpu.enter(KernelFunction.LRU_GEN_LOOK_AROUND);
        if (of61) {
            folios.set(cpu, pfn, REFERENCED);
        }
        Memcg memcg = host.memcgs().get(memcg(folios.peek(cpu, pfn)));
        int found = harvest(cpu, sc, memcg, mm, walk, vpn, start, end);
        cpu.exit();
        if (found * 8L >= end - start) {
            Lruvec lruvec = memcg.lruvec();
            long maxSeq = lruvec.gen().maxSeq(cpu);
            lruvec.gen().walkState().add(cpu, maxSeq, PageTableWalk.filterKey(mm, vpn));
        }
        return true;
    }

    /// Harvests `[start, end)`; returns the young pages, the target included.
    private int harvest(
            Cpu cpu,
            ScanControl sc,
            Memcg memcg,
            AddressSpace mm,
            Walk walk,
            long vpn,
            long start,
            long end) {
        LruGen gen = memcg.lruvec().gen();
        int youngest = LruGen.slot(gen.maxSeq(cpu));
        boolean secondary = !mm.notifiers().isEmpty();
        SecondaryAging.Window window = aging.window();
        if (secondary) {
            window.begin(mm.notifiers(), start, end);
            int first = walk.index + (int) (start - vpn);
            near =
                    PageTableWalk.bringNear(
                            cpu, format, folios, walk.words, first, (int) (end - start));
        }
        int found = 1;
        for (long at = start; at < end; at++) {
            int i = walk.index + (int) (at - vpn);
            cpu.charge(Cost.PTE_SCAN);
            long pte = cpu.load(walk.words, i);
            if (!format.isPage(pte)) {
                continue;
            }
            boolean primaryYoung = format.isAccessed(pte);
            if (secondary ? !window.test(cpu, at, primaryYoung) : !primaryYoung) {
                continue;
            }
            int pfn = (int) format.pfn(pte);
            long state = folios.peek(cpu, pfn);
            boolean offList = gen(state) < 0 && gen.rules().walkSkipsOffList();
            if (memcg(state) != memcg.id() || offList) {
                if (secondary) {
                    window.skip(cpu, at);
                }
                continue;
            }
            boolean young = primaryYoung && Pte.testAndClearYoung(cpu, format, walk.words, i);
            if (secondary) {
                young |= window.clear(cpu, at);
            }
            if (young) {
                found++;
                carryDirty(cpu, pte, pfn);
                promote(cpu, sc, gen, pfn, youngest);
            }
        }
        if (secondary) {
            window.finish(cpu);
        }
        if (!found61.isEmpty()) {
            promoteAll(cpu, memcg.lruvec(), youngest);
        }
        return found;
    }

    private void carryDirty(Cpu cpu, long pte, int pfn) {
        PageTableWalk.carryDirty(folios, cpu, format.isDirty(pte), pfn);
    }

    /// With the session's walk at hand the folio is relabelled at once, without it activated by
    /// batch.
    private void promote(Cpu cpu, ScanControl sc, LruGen gen, int pfn, int youngest) {
        LruGenWalk walk = sc.walk;
        if (walk != null) {
            int old = gen.updateGen(cpu, pfn, youngest);
            if (old >= 0) {
                walk.moved(type(folios.peek(cpu, pfn)), old, youngest, 1);
            }
        } else if (gen.sighted(cpu, pfn) && gen(folios.peek(cpu, pfn)) != youngest) {
            if (of61) {
                found61.add(pfn);
            } else {
                host.lru().activate(cpu, pfn);
            }
        }
    }

    /// 6.1: a few are activated by batch, as many as fill one are relabelled under lru_lock.
    private void promoteAll(Cpu cpu, Lruvec lruvec, int youngest) {
        if (found61.size() < ENOUGH_TO_LOCK) {
            for (int i = 0; i < found61.size(); i++) {
                host.lru().activate(cpu, found61.get(i));
            }
        } else {
            lruvec.lock().lock(cpu);
            for (int i = 0; i < found61.size(); i++) {
                int pfn = found61.get(i);
                int old = lruvec.gen().updateGen(cpu, pfn, youngest);
                if (old >= 0) {
                    int type = type(folios.peek(cpu, pfn));
                    lruvec.gen().account(cpu, type, old, youngest, 1);
                }
            }
            lruvec.lock().unlock(cpu);
        }
        found61.clear();
    }
}
