package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruGenRules;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.TierControl;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;

/// Takes folios off the tail of the oldest generation (`isolate_folios` and below), under lru_lock.
/// On the way, folios that walkers relabelled are sorted to where they belong, and tiers that
/// refault too often are kept one generation longer.
///
/// | | 6.1, 6.12 | 6.18 | 7.2 |
/// |---|---|---|---|
/// | folios examined at most | 4,096 | what the pass has left, 4,096 at most | what it is given, 64 at most |
/// | answer | examined, if any was isolated or the budget is gone, else 0 | same | examined |
/// | type first tried | anonymous while it is older, else by tier 0 | by all tiers | same |
/// | a protected folio goes to | the tail of the next generation | its head | same |
@OneCpu
abstract class LruGenScan {
    /// Folios isolated at most per visit to lru_lock (`MIN_LRU_BATCH`).
    static final int BATCH = 64;

    /// Folios examined at most per visit (`MAX_LRU_BATCH`).
    static final int MAX_BUDGET = 4096;

    /// In place of the highest tier that may go: as far as the controller lets it.
    private static final int BY_CONTROLLER = -1;

    final ReclaimContext host;
    final Folios folios;

    /// Whether the last [#scan] ended because it had examined as many folios as it may.
    boolean exhausted;

    /// Pages that the last [#scan] examined, sorted ones included.
    private long examined;

    private long counted;

    private LruGenScan(ReclaimContext host) {
        this.host = host;
        folios = host.folios();
    }

    static LruGenScan of(ReclaimContext host) {
        return switch (host.kernel()) {
            case V6_1, V6_12 -> new FixedBudget(host);
            case V6_18 -> new PassBudget(host);
            case V7_2 -> new SmallBudget(host);
        };
    }

    /// Isolates into `taken`, of the `nrToScan` folios that the pass has left to examine. Returns
    /// what counts as examined.
    abstract long isolate(
            Cpu cpu,
            Lruvec lruvec,
            boolean canSwap,
            long nrToScan,
            ScanControl sc,
            FolioQueue taken);

    /// Scans `type`, tiers up to `tier`; and if that neither isolates anything nor uses the budget
    /// up, the other type where both may be evicted. Returns the pages examined by the scan that
    /// did.
    final long oneOrTheOther(
            Cpu cpu,
            Lruvec lruvec,
            int type,
            int tier,
            boolean canSwap,
            long budget,
            ScanControl sc,
            FolioQueue taken) {
        long scanned = scan(cpu, lruvec, type, tier, budget, sc, taken);
        if (canSwap && taken.isEmpty() && !exhausted) {
            scanned = scan(cpu, lruvec, 1 - type, BY_CONTROLLER, budget, sc, taken);
        }
        return taken.isEmpty() && !exhausted ? 0 : scanned;
    }

    /// `scan_folios` of one type, tiers up to `tier` or [#BY_CONTROLLER]: pops folios of its oldest
    /// generation until the budget is gone or a batch is isolated. The budget is one of folios, the
    /// batch one of pages. Returns the pages examined.
    final long scan(
            Cpu cpu,
            Lruvec lruvec,
            int type,
            int tier,
            long budget,
            ScanControl sc,
            FolioQueue taken) {
        cpu.enter(KernelFunction.ISOLATE_FOLIOS);
        LruGen gen = lruvec.gen();
        int evictable = tier == BY_CONTROLLER ? gen.tiers(type).evictableTier(cpu) : tier;
        long scanned = 0;
        long sorted = 0;
        long isolated = 0;
        long looked = 0;
        exhausted = false;
        if (gen.nrGens(cpu, type) > LruGen.MIN_NR_GENS) {
            int list = gen.list(LruGen.slot(gen.minSeq(cpu, type)), type);
            for (int pfn = folios.lists.tail(list); pfn >= 0; pfn = folios.lists.tail(list)) {
                int pages = folios.pages(folios.peek(cpu, pfn));
                scanned += pages;
                cpu.charge(Cost.ISOLATE);
                if (sort(cpu, lruvec, pfn, type, evictable)) {
                    sorted += pages;
                } else if (take(cpu, lruvec, pfn)) {
                    taken.add(pfn);
                    isolated += pages;
                } else {
                    folios.lists.moveToHead(list, pfn);
                }
                exhausted = ++looked >= budget;
                if (exhausted || isolated >= BATCH) {
                    break;
                }
            }
        }
        host.count(cpu, lruvec, VmEvent.PGREFILL, sorted);
        host.count(cpu, lruvec, VmEvent.PGSCAN, isolated);
        VmEvent ofType = type == LruGen.ANON ? VmEvent.PGSCAN_ANON : VmEvent.PGSCAN_FILE;
        host.stat().add(cpu, ofType, isolated);
        if (!sc.isMemcgReclaim()) {
            VmEvent by = sc.kswapd ? VmEvent.PGSCAN_KSWAPD : VmEvent.PGSCAN_DIRECT;
            host.stat().add(cpu, by, isolated);
        }
        cpu.exit();
        counted += isolated;
        examined = scanned;
        return scanned;
    }

    /// Pages that `pgscan` has counted since this was asked last.
    long takeCounted() {
        long pages = counted;
        counted = 0;
        return pages;
    }

    long examined() {
        return examined;
    }

    /// `sort_folio`: moves a folio that is not to be evicted now; whether it did.
    private boolean sort(Cpu cpu, Lruvec lruvec, int pfn, int type, int evictable) {
        LruGen gen = lruvec.gen();
        LruGenRules rules = gen.rules();
        long state = folios.state(cpu, pfn);
        int label = gen(state);
        if (label != LruGen.slot(gen.minSeq(cpu, type))) {
            folios.lists.moveToHead(gen.list(label, type), pfn);
            return true;
        }
        int tier = rules.tier(state);
        boolean saturated = rules.saturated(state);
        if (tier > evictable || saturated) {
            int slot = gen.incGen(cpu, pfn, false);
            keep(cpu, gen, gen.list(slot, type), pfn, type, tier, saturated, folios.pages(state));
            return true;
        }
        if (isBusy(state, type)) {
            int slot = gen.incGen(cpu, pfn, true);
            folios.lists.moveToHead(gen.list(slot, type), pfn);
            return true;
        }
        return false;
    }

    /// A folio is protected for one generation: puts it into the next one's list and books it.
    abstract void keep(
            Cpu cpu,
            LruGen gen,
            int list,
            int pfn,
            int type,
            int tier,
            boolean saturated,
            int pages);

    /// Whether the folio could not be freed now, being written or waiting for it.
    abstract boolean isBusy(long state, int type);

    /// Whether isolation ends the wait for a rotation, as up to 6.18.
    boolean forgetsAwaited() {
        return true;
    }

    /// `isolate_folio`: takes a reference and the folio off its list.
    private boolean take(Cpu cpu, Lruvec lruvec, int pfn) {
        if (!folios.tryGet(cpu, pfn)) {
            return false;
        }
        if (!folios.testAndClear(cpu, pfn, LRU)) {
            folios.dropReference(cpu, pfn);
            return false;
        }
        long cleared = lruvec.gen().rules().clearedByIsolation(folios.state(cpu, pfn));
        folios.clear(cpu, pfn, forgetsAwaited() ? cleared | AWAITED : cleared);
        lruvec.isolateFromGen(cpu, pfn);
        return true;
    }

    /// 6.1 and 6.12: 64 folios or none, however small the pass.
    private static final class FixedBudget extends LruGenScan {
        private final boolean countsProtected;

        FixedBudget(ReclaimContext host) {
            super(host);
            countsProtected = host.kernel() == KernelVersion.V6_1;
        }

        @Override
        long isolate(
                Cpu cpu,
                Lruvec lruvec,
                boolean canSwap,
                long nrToScan,
                ScanControl sc,
                FolioQueue taken) {
            LruGen gen = lruvec.gen();
            int type;
            int tier = BY_CONTROLLER;
            if (!canSwap) {
                type = LruGen.FILE;
            } else if (gen.minSeq(cpu, LruGen.ANON) < gen.minSeq(cpu, LruGen.FILE)) {
                type = LruGen.ANON;
            } else if (sc.swappiness == 1) {
                type = LruGen.FILE;
            } else if (sc.swappiness == 200) {
                type = LruGen.ANON;
            } else {
                type = typeToScan(cpu, gen, sc.swappiness, 0);
                tier = tierOf(cpu, gen, type, sc.swappiness);
            }
            return oneOrTheOther(cpu, lruvec, type, tier, canSwap, MAX_BUDGET, sc, taken);
        }

        private static int tierOf(Cpu cpu, LruGen gen, int type, int swappiness) {
            int gain = type == LruGen.ANON ? swappiness : 200 - swappiness;
            TierControl other = gen.tiers(1 - type);
            int tier = 1;
            while (tier < LruGen.MAX_NR_TIERS
                    && TierControl.positive(
                            cpu, other, 0, 200 - gain, gen.tiers(type), tier, gain)) {
                tier++;
            }
            return tier - 1;
        }

        @Override
        void keep(
                Cpu cpu,
                LruGen gen,
                int list,
                int pfn,
                int type,
                int tier,
                boolean saturated,
                int pages) {
            folios.lists.moveToTail(list, pfn);
            if (tier > 0) {
                gen.tiers(type).protectedFromEviction(cpu, tier, pages);
            }
            if (countsProtected) {
                boolean anon = type == LruGen.ANON;
                VmEvent event =
                        anon ? VmEvent.WORKINGSET_ACTIVATE_ANON : VmEvent.WORKINGSET_ACTIVATE_FILE;
                host.stat().add(cpu, event, pages);
            }
        }

        @Override
        boolean isBusy(long state, int type) {
            return (state & (LOCKED | WRITEBACK)) != 0
                    || (type == LruGen.FILE && (state & DIRTY) != 0);
        }
    }

    /// 6.18: no more folios than the pass has left.
    private static class PassBudget extends LruGenScan {
        PassBudget(ReclaimContext host) {
            super(host);
        }

        @Override
        long isolate(
                Cpu cpu,
                Lruvec lruvec,
                boolean canSwap,
                long nrToScan,
                ScanControl sc,
                FolioQueue taken) {
            int type = firstType(cpu, lruvec.gen(), canSwap, sc.swappiness);
            long budget = Math.min(nrToScan, MAX_BUDGET);
            return oneOrTheOther(cpu, lruvec, type, BY_CONTROLLER, canSwap, budget, sc, taken);
        }

        static int firstType(Cpu cpu, LruGen gen, boolean canSwap, int swappiness) {
            if (!canSwap || swappiness <= 1) {
                return LruGen.FILE;
            }
            return swappiness >= 200
                    ? LruGen.ANON
                    : typeToScan(cpu, gen, swappiness, TierControl.ALL);
        }

        @Override
        final void keep(
                Cpu cpu,
                LruGen gen,
                int list,
                int pfn,
                int type,
                int tier,
                boolean saturated,
                int pages) {
            folios.lists.moveToHead(list, pfn);
            if (!saturated) {
                gen.tiers(type).protectedFromEviction(cpu, tier, pages);
            }
        }

        @Override
        boolean isBusy(long state, int type) {
            return (state & WRITEBACK) != 0 || (type == LruGen.FILE && (state & DIRTY) != 0);
        }
    }

    /// 7.2: as many as it is told, and what it examined counts whether or not it isolated any.
    private static final class SmallBudget extends PassBudget {
        SmallBudget(ReclaimContext host) {
            super(host);
        }

        @Override
        long isolate(
                Cpu cpu,
                Lruvec lruvec,
                boolean canSwap,
                long nrToScan,
                ScanControl sc,
                FolioQueue taken) {
            int type = firstType(cpu, lruvec.gen(), canSwap, sc.swappiness);
            long total = 0;
            for (int attempt = 0; attempt < (canSwap ? 2 : 1); attempt++) {
                long scanned = scan(cpu, lruvec, type, BY_CONTROLLER, nrToScan, sc, taken);
                total += scanned;
                if (!taken.isEmpty()) {
                    break;
                }
                if (scanned == 0) {
                    type = 1 - type;
                }
            }
            return total;
        }

        @Override
        boolean isBusy(long state, int type) {
            return false;
        }

        @Override
        boolean forgetsAwaited() {
            return false;
        }
    }

    /// `get_type_to_scan`: the type that refaults less, weighed by swappiness; files if neither
    /// does.
    private static int typeToScan(Cpu cpu, LruGen gen, int swappiness, int tier) {
        boolean fileFirst =
                TierControl.positive(
                        cpu,
                        gen.tiers(LruGen.ANON),
                        tier,
                        swappiness,
                        gen.tiers(LruGen.FILE),
                        tier,
                        200 - swappiness);
        return fileFirst ? LruGen.FILE : LruGen.ANON;
    }
}
