package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;

/// One pass over an lruvec at one priority: how many folios it examines, and when it opens a new
/// generation (the loop of `try_to_shrink_lruvec`, with `get_nr_to_scan`).
///
/// | | 6.1 | 6.12 | 6.18 | 7.2 |
/// |---|---|---|---|---|
/// | generations that want aging | 2; 3 by how pages are spread | same | 2 and 3 | same |
/// | aging at priority 12 | no | no | no | with 2 generations |
/// | after aging | evicts on | ends | ends | evicts on |
/// | size of the pass | recomputed each turn | same | same | fixed at first |
/// | a cgroup's pass ends early at its goal | yes | no | no | yes |
abstract class LruGenPass {
    final ReclaimContext host;
    final LruGenAging aging;
    final LruGenEviction eviction;
    final Protected spared;
    final LruGenAging.Need need = new LruGenAging.Need();

    private LruGenPass(ReclaimContext host, LruGenAging aging, LruGenEviction eviction) {
        this.host = host;
        this.aging = aging;
        this.eviction = eviction;
        spared = new Protected(host);
    }

    static LruGenPass of(ReclaimContext host, LruGenAging aging, LruGenEviction eviction) {
        return switch (host.kernel()) {
            case V6_1 -> new AgingOnTheWay(host, aging, eviction);
            case V6_12, V6_18 -> new AgingInstead(host, aging, eviction);
            case V7_2 -> new CountedDown(host, aging, eviction);
        };
    }

    /// Runs the pass. Returns whether the lruvec was aged instead, and so is the youngest now among
    /// cgroups.
    abstract boolean run(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc);

    /// `should_abort_scan`: a cgroup's reclaim goes on to the end of its pass; kswapd stops when
    /// the zone has plenty, others when they have what they came for.
    boolean shouldAbort(Cpu cpu, ScanControl sc) {
        if (!sc.isRootReclaim()) {
            return false;
        }
        if (sc.nrReclaimed >= Math.max(sc.nrToReclaim, 2)) {
            return true;
        }
        return sc.kswapd
                && host.zone().free(cpu) > host.zone().watermarks().high() + LruGenScan.BATCH;
    }

    /// 6.12 and 6.18: a pass that needs aging does nothing else.
    private static final class AgingInstead extends LruGenPass {
        AgingInstead(ReclaimContext host, LruGenAging aging, LruGenEviction eviction) {
            super(host, aging, eviction);
        }

        @Override
        boolean run(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
            long scanned = 0;
            for (; ; ) {
                long toScan = nrToScan(cpu, memcg, canSwap, sc);
                if (toScan <= 0) {
                    return toScan < 0;
                }
                long delta = eviction.evict(cpu, memcg, canSwap, toScan, sc);
                if (delta == 0) {
                    return false;
                }
                scanned += delta;
                if (scanned >= toScan || shouldAbort(cpu, sc)) {
                    return false;
                }
            }
        }

        /// -1 after aging, and within `memory.min`. At the default priority aging is put off.
        private long nrToScan(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
            if (spared.isBelowMin(memcg, sc)) {
                return -1;
            }
            Lruvec lruvec = memcg.lruvec();
            long max = lruvec.gen().maxSeq(cpu);
            aging.assess(cpu, lruvec, canSwap, need);
            if (!need.aging || sc.priority == ScanControl.DEF_PRIORITY) {
                return spared.generationScanSize(memcg, sc, need.total) >> sc.priority;
            }
            return aging.tryToIncMaxSeq(cpu, memcg, max, canSwap, false, sc) ? -1 : 0;
        }
    }

    /// 6.1: direct reclaim ages and goes on, to its goal; kswapd leaves aging to its own round.
    private static final class AgingOnTheWay extends LruGenPass {
        AgingOnTheWay(ReclaimContext host, LruGenAging aging, LruGenEviction eviction) {
            super(host, aging, eviction);
        }

        @Override
        boolean run(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
            long before = sc.nrReclaimed;
            rounds(cpu, memcg, canSwap, sc);
            if (!need.aging && sc.nrReclaimed - before >= LruGenScan.BATCH) {
                sc.needsAging = false;
            }
            return false;
        }

        private void rounds(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
            LruGen gen = memcg.lruvec().gen();
            long youngest = gen.maxSeq(cpu);
            long scanned = 0;
            long toScan = nrToScan(cpu, memcg, canSwap, sc);
            while (toScan > 0) {
                long delta = eviction.evict(cpu, memcg, canSwap, toScan, sc);
                scanned += delta;
                boolean agedTwice = gen.maxSeq(cpu) - youngest > 1;
                if (delta == 0
                        || scanned >= toScan
                        || endsEarly(sc, agedTwice)
                        || shouldAbort(cpu, sc)) {
                    break;
                }
                toScan = nrToScan(cpu, memcg, canSwap, sc);
            }
        }

        /// Who waits for memory takes no more of a cgroup than it came for, once swap is involved,
        /// as it is with all that is evicted here.
        private static boolean endsEarly(ScanControl sc, boolean agedTwice) {
            return !sc.kswapd && (agedTwice || sc.nrReclaimed >= sc.nrToReclaim);
        }

        /// kswapd goes on past its goal while a zone is short, and always at the first two
        /// priorities.
        @Override
        boolean shouldAbort(Cpu cpu, ScanControl sc) {
            if (!sc.isRootReclaim() || sc.nrReclaimed < Math.max(sc.nrToReclaim, 2)) {
                return false;
            }
            return !sc.kswapd
                    || (sc.priority <= ScanControl.DEF_PRIORITY - 2
                            && host.zone().free(cpu) >= host.zone().watermarks().high());
        }

        private long nrToScan(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
            boolean below = spared.isBelowMin(memcg, sc);
            if (below || (!sc.lowReclaim && spared.isBelowLow(memcg, sc))) {
                return 0;
            }
            LruGen gen = memcg.lruvec().gen();
            long max = gen.maxSeq(cpu);
            long min = gen.minSeq(cpu, canSwap ? LruGen.ANON : LruGen.FILE);
            aging.assess(cpu, memcg.lruvec(), canSwap, need);
            long toScan = spared.generationScanSize(memcg, sc, need.total) >> sc.priority;
            if (!need.aging) {
                return toScan;
            }
            if (sc.priority < ScanControl.DEF_PRIORITY) {
                if (sc.kswapd) {
                    return 0;
                }
                if (aging.tryToIncMaxSeq(cpu, memcg, max, canSwap, false, sc)) {
                    return toScan;
                }
            }
            return min + LruGen.MIN_NR_GENS <= max ? toScan : 0;
        }
    }

    /// 7.2: a pass of fixed size, in rounds of 64, that ages whenever it comes to need it.
    private static final class CountedDown extends LruGenPass {
        CountedDown(ReclaimContext host, LruGenAging aging, LruGenEviction eviction) {
            super(host, aging, eviction);
        }

        @Override
        boolean run(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
            Lruvec lruvec = memcg.lruvec();
            boolean aged = false;
            aging.assess(cpu, lruvec, canSwap, need);
            long left = spared.generationScanSize(memcg, sc, need.total) >> sc.priority;
            while (left > 0 && !spared.isBelowMin(memcg, sc)) {
                long max = lruvec.gen().maxSeq(cpu);
                aging.assess(cpu, lruvec, canSwap, need);
                boolean wanted =
                        need.aging
                                && (need.gens == LruGen.MIN_NR_GENS
                                        || sc.priority < ScanControl.DEF_PRIORITY);
                if (wanted) {
                    aged |= aging.tryToIncMaxSeq(cpu, memcg, max, canSwap, false, sc);
                }
                long batch = Math.min(left, LruGenScan.BATCH);
                long delta = eviction.evict(cpu, memcg, canSwap, batch, sc);
                if (delta == 0 || shouldAbort(cpu, sc) || (wanted && sc.isRootReclaim())) {
                    break;
                }
                left -= delta;
            }
            return aged;
        }

        /// A cgroup's reclaim too stops at its goal.
        @Override
        boolean shouldAbort(Cpu cpu, ScanControl sc) {
            return sc.nrReclaimed >= sc.nrToReclaim || super.shouldAbort(cpu, sc);
        }
    }
}
