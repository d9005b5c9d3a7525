package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;
import static org.gleaner.mm.lru.LruList.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Tracepoint;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.StatDelay;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;

/// The classic LRU's share of reclaim (`shrink_lruvec` and below, rules of 6.12): scan a fraction
/// of each list that depends on priority and cost, deactivate from the active lists, evict from the
/// inactive ones.
@OneCpu
final class ClassicReclaim {
    private static final int BATCH = ScanControl.SWAP_CLUSTER_MAX;

    private final ReclaimContext host;
    private final Folios folios;
    private final ShrinkFolioList shrink;
    private final FolioReferenced referenced;
    private final Putback putback;
    private final ScanBalance balance;
    private final FolioQueue isolated = new FolioQueue();

    /// Pages left to scan in this pass, by list, and how many there were at first.
    private final long[] nr = new long[4];

    private final long[] targets = new long[4];

    static ClassicReclaim of(ReclaimContext host) {
        FolioReferenced referenced = new FolioReferenced(host, null);
        return new ClassicReclaim(host, new ShrinkFolioList(host, referenced), referenced);
    }

    ClassicReclaim(ReclaimContext host, ShrinkFolioList shrink, FolioReferenced referenced) {
        this.host = host;
        this.shrink = shrink;
        this.referenced = referenced;
        folios = host.folios();
        putback = new Putback(host);
        balance = new ScanBalance(new Protected(host));
    }

    /// `shrink_lruvec`.
    void shrink(Cpu cpu, Memcg memcg, ScanControl sc) {
        cpu.enter(KernelFunction.SHRINK_LRUVEC);
        Lruvec lruvec = memcg.lruvec();
        boolean canSwap = host.swapRoom(memcg) > 0;
        balance.count(memcg, sc, canSwap, nr);
        long fileTarget = nr[INACTIVE_FILE] + nr[ACTIVE_FILE] + 1;
        long anonTarget = nr[INACTIVE_ANON] + nr[ACTIVE_ANON] + 1;
        System.arraycopy(nr, 0, targets, 0, nr.length);
        boolean proportional =
                !sc.isMemcgReclaim() && !sc.kswapd && sc.priority == ScanControl.DEF_PRIORITY;
        long reclaimed = 0;
        while (nr[INACTIVE_ANON] != 0 || nr[ACTIVE_FILE] != 0 || nr[INACTIVE_FILE] != 0) {
            for (int list = 0; list < 4; list++) {
                long n = Math.min(nr[list], BATCH);
                if (n > 0) {
                    nr[list] -= n;
                    reclaimed += shrinkList(cpu, lruvec, list, n, sc);
                }
            }
            if (reclaimed < sc.nrToReclaim || proportional) {
                continue;
            }
            if (!dropSmallerType(fileTarget, anonTarget)) {
                break;
            }
        }
        sc.nrReclaimed += reclaimed;
        if (host.swap().size() > 0 && inactiveIsLow(lruvec, 0)) {
            shrinkActive(cpu, lruvec, BATCH, ACTIVE_ANON, sc);
        }
        cpu.exit();
    }

    /// The goal is met: forgets the type with less left to scan, and reduces the other's rest by
    /// the same proportion. False if only one type is left, and so nothing to do.
    private boolean dropSmallerType(long fileTarget, long anonTarget) {
        long file = nr[INACTIVE_FILE] + nr[ACTIVE_FILE];
        long anon = nr[INACTIVE_ANON] + nr[ACTIVE_ANON];
        if (file == 0 || anon == 0) {
            return false;
        }
        int drop = file > anon ? INACTIVE_ANON : INACTIVE_FILE;
        int keep = file > anon ? INACTIVE_FILE : INACTIVE_ANON;
        long percent = file > anon ? anon * 100 / anonTarget : file * 100 / fileTarget;
        for (int i = 0; i < 2; i++) {
            nr[drop + i] = 0;
            long scanned = targets[keep + i] - nr[keep + i];
            long left = targets[keep + i] * (100 - percent) / 100;
            nr[keep + i] = left - Math.min(left, scanned);
        }
        return true;
    }

    private long shrinkList(Cpu cpu, Lruvec lruvec, int list, long n, ScanControl sc) {
        if ((list & 1) != 0) {
            if (sc.mayDeactivate[list >> 1]) {
                shrinkActive(cpu, lruvec, n, list, sc);
            } else {
                sc.skippedDeactivate = true;
            }
            return 0;
        }
        return shrinkInactive(cpu, lruvec, n, list, sc);
    }

    /// Whether a type's inactive list is too short, judged by the statistics of the last flush
    /// (`inactive_is_low`).
    static boolean inactiveIsLow(Lruvec lruvec, int type) {
        StatDelay stats = lruvec.stats();
        return isLow(stats.size(LruList.of(type, false)), stats.size(LruList.of(type, true)));
    }

    /// Up to a gigabyte the lists may be of equal length, beyond the active one may be longer by
    /// the root of ten times the gigabytes.
    static boolean isLow(long inactive, long active) {
        long gigabytes = inactive + active >> 18;
        long ratio = gigabytes == 0 ? 1 : (long) Math.sqrt(10.0 * gigabytes);
        return inactive * ratio < active;
    }

    /// `shrink_active_list`: anonymous pages are deactivated whether or not they were used; asking
    /// them has consumed the accessed bit.
    private void shrinkActive(Cpu cpu, Lruvec lruvec, long n, int list, ScanControl sc) {
        cpu.enter(KernelFunction.SHRINK_ACTIVE_LIST);
        host.lru().drain(cpu);
        lruvec.lock().lock(cpu);
        long scanned = isolate(cpu, lruvec, n, list);
        lruvec.lock().unlock(cpu);
        host.count(cpu, lruvec, VmEvent.PGREFILL, scanned);
        long taken = isolatedPages(cpu);
        lruvec.statChanged(cpu, scanned);
        for (int i = 0; i < isolated.size(); i++) {
            int pfn = isolated.get(i);
            referenced.count(cpu, pfn, sc);
            folios.update(cpu, pfn, ACTIVE, WORKINGSET);
        }
        lruvec.lock().lock(cpu);
        putback.toLists(cpu, lruvec, isolated);
        lruvec.lock().unlock(cpu);
        host.stat().add(cpu, VmEvent.PGDEACTIVATE, taken);
        lruvec.statChanged(cpu, taken);
        putback.release(cpu, isolated);
        cpu.exit();
    }

    /// `shrink_inactive_list`.
    private long shrinkInactive(Cpu cpu, Lruvec lruvec, long n, int list, ScanControl sc) {
        cpu.enter(KernelFunction.SHRINK_INACTIVE_LIST);
        long since = Tracepoint.begin(cpu);
        host.lru().drain(cpu);
        lruvec.lock().lock(cpu);
        long scanned = isolate(cpu, lruvec, n, list);
        lruvec.lock().unlock(cpu);
        boolean file = list >= INACTIVE_FILE;
        countScanned(cpu, lruvec, sc, scanned, file);
        lruvec.statChanged(cpu, scanned);
        long freed = 0;
        if (!isolated.isEmpty()) {
            long written = sc.nrPageout;
            freed = shrink.shrink(cpu, lruvec, isolated, sc);
            written = sc.nrPageout - written;
            lruvec.lock().lock(cpu);
            for (int i = 0; i < isolated.size(); i++) {
                long state = folios.state(cpu, isolated.get(i));
                if ((state & ACTIVE) != 0) {
                    lruvec.advanceNonresidentAge(cpu, folios.pages(state));
                }
            }
            putback.toLists(cpu, lruvec, isolated);
            lruvec.noteCost(cpu, file, written, scanned - freed);
            lruvec.lock().unlock(cpu);
            putback.release(cpu, isolated);
            countFreed(cpu, lruvec, sc, freed, file);
            lruvec.statChanged(cpu, freed);
        }
        Tracepoint.MM_VMSCAN_LRU_SHRINK_INACTIVE.tell(cpu, since, scanned, freed, sc.priority);
        cpu.exit();
        return freed;
    }

    private long isolatedPages(Cpu cpu) {
        long sum = 0;
        for (int i = 0; i < isolated.size(); i++) {
            sum += folios.pages(folios.peek(cpu, isolated.get(i)));
        }
        return sum;
    }

    /// `isolate_lru_folios` from the tail, under lru_lock; returns the pages looked at.
    private long isolate(Cpu cpu, Lruvec lruvec, long n, int list) {
        isolated.clear();
        long scanned = 0;
        long taken = 0;
        int head = lruvec.list(list);
        for (int pfn = folios.lists.tail(head);
                pfn >= 0 && scanned < n;
                pfn = folios.lists.tail(head)) {
            int pages = folios.pages(folios.peek(cpu, pfn));
            scanned += pages;
            cpu.charge(Cost.ISOLATE);
            if (!folios.tryGet(cpu, pfn)) {
                folios.lists.moveToHead(head, pfn);
                continue;
            }
            if (!folios.testAndClear(cpu, pfn, LRU)) {
                folios.dropReference(cpu, pfn);
                folios.lists.moveToHead(head, pfn);
                continue;
            }
            folios.lists.unlink(pfn);
            taken += pages;
            isolated.add(pfn);
        }
        lruvec.isolatedFromList(cpu, list, taken);
        return scanned;
    }

    private void countScanned(Cpu cpu, Lruvec lruvec, ScanControl sc, long n, boolean file) {
        host.count(cpu, lruvec, VmEvent.PGSCAN, n);
        host.stat().add(cpu, file ? VmEvent.PGSCAN_FILE : VmEvent.PGSCAN_ANON, n);
        if (!sc.isMemcgReclaim()) {
            host.stat().add(cpu, sc.kswapd ? VmEvent.PGSCAN_KSWAPD : VmEvent.PGSCAN_DIRECT, n);
        }
    }

    private void countFreed(Cpu cpu, Lruvec lruvec, ScanControl sc, long n, boolean file) {
        host.count(cpu, lruvec, VmEvent.PGSTEAL, n);
        host.stat().add(cpu, file ? VmEvent.PGSTEAL_FILE : VmEvent.PGSTEAL_ANON, n);
        if (!sc.isMemcgReclaim()) {
            host.stat().add(cpu, sc.kswapd ? VmEvent.PGSTEAL_KSWAPD : VmEvent.PGSTEAL_DIRECT, n);
        }
    }

    /// `age_active_anon`: kswapd's aging of all cgroups before it looks at any, if the host as a
    /// whole has too few inactive pages.
    void ageActiveAnon(Cpu cpu, ScanControl sc) {
        if (host.swap().size() > 0 && inactiveIsLow(host.rootMemcg().lruvec(), 0)) {
            for (Memcg memcg : host.memcgs()) {
                shrinkActive(cpu, memcg.lruvec(), BATCH, ACTIVE_ANON, sc);
            }
        }
    }
}
