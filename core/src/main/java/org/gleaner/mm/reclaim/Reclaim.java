package org.gleaner.mm.reclaim;

import java.util.function.Consumer;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.TaskState;
import org.gleaner.machine.Tracepoint;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.fault.PageAllocator;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgCharge;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// Entry points of reclaim: the charge path and the page allocator call in here, and the kswapd
/// actor lives here.
public final class Reclaim implements MemcgCharge.LimitReclaim, PageAllocator.GlobalReclaim {
    /// How long kswapd naps before it sleeps for good.
    private static final long NAP_NANOS = 100_000_000;

    /// Pause of a direct reclaimer that got nowhere: one jiffy (`VMSCAN_THROTTLE_NOPROGRESS`).
    private static final long NO_PROGRESS_NANOS = 4_000_000;

    /// After this many rounds without a page kswapd gives up (`MAX_RECLAIM_RETRIES`).
    private static final int MAX_FAILURES = 16;

    private final ReclaimContext host;
    private final LruGenDebugfs debugfs;
    private final LruGenEnabled enabled;
    private volatile long minTtlMillis;
    @OneCpu private final @Nullable Reclaimer[] reclaimers;
    private final Word kswapdWanted = new Word();

    private static final long ASLEEP = -1;

    /// Written by kswapd alone: time at work in rounds that are over, and when the one under way
    /// began.
    @OneCpu private long kswapdNanos;

    private volatile long kswapdSince = ASLEEP;

    /// Rounds of kswapd in a row that freed nothing; it gives up at [#MAX_FAILURES].
    private final long[] kswapdFailures = new long[1];

    public Reclaim(ReclaimContext host) {
        this.host = host;
        debugfs = new LruGenDebugfs(this);
        enabled = new LruGenEnabled(host);
        reclaimers = new @Nullable Reclaimer[host.maxCpus()];
    }

    private Reclaimer reclaimer(Cpu cpu) {
        Reclaimer mine = reclaimers[cpu.id];
        if (mine == null) {
            mine = new Reclaimer(host, cpu.id);
            reclaimers[cpu.id] = mine;
        }
        return mine;
    }

    @Override
    public long tryToFree(Cpu cpu, Memcg memcg, long goal) {
        return reclaimer(cpu).direct(cpu, memcg, goal);
    }

    @Override
    public long tryToFree(Cpu cpu) {
        long freed = reclaimer(cpu).direct(cpu, null, 1);
        if (freed == 0) {
            afterNoProgress(cpu);
        } else {
            cpu.store(kswapdFailures, 0, 0);
        }
        return freed;
    }

    /// Waits where much of what there is to reclaim is being written, for that will come free;
    /// tries again at once where it is not (`reclaim_throttle`).
    private void afterNoProgress(Cpu cpu) {
        long underWay = host.swap().device().flushPlug(cpu);
        if (2 * underWay > reclaimable()) {
            cpu.sleep(NO_PROGRESS_NANOS);
        } else {
            cpu.relax();
        }
    }

    /// Pages on all lists that could be evicted (`zone_reclaimable_pages`).
    private long reclaimable() {
        boolean swap = host.swap().free() > 0;
        long pages = 0;
        for (Memcg memcg : host.memcgs()) {
            Lruvec lruvec = memcg.lruvec();
            pages += lruvec.size(LruList.INACTIVE_FILE) + lruvec.size(LruList.ACTIVE_FILE);
            if (swap) {
                pages += lruvec.size(LruList.INACTIVE_ANON) + lruvec.size(LruList.ACTIVE_ANON);
            }
        }
        return pages;
    }

    /// One request of `memory.reclaim`: reclaims at least `goal` pages of a cgroup and those below
    /// it if it can, with a swappiness of its own. Returns the pages freed.
    long proactive(Cpu cpu, Memcg memcg, long goal, int swappiness) {
        return reclaimer(cpu).proactive(cpu, memcg, goal, swappiness);
    }

    @Override
    public boolean waitForWriteback(Cpu cpu) {
        boolean underWay = host.swap().device().flushPlug(cpu) > 0;
        if (underWay) {
            cpu.sleep(NO_PROGRESS_NANOS);
        }
        return underWay;
    }

    @Override
    public boolean deservesReprieve(Cpu cpu) {
        if (host.rootMemcg().lruvec().flushStatsIfMisleading(cpu)) {
            return true;
        }
        for (Memcg memcg : host.memcgs()) {
            if (memcg.lruvec().isBeingReclaimed(cpu)) {
                cpu.sleep(NO_PROGRESS_NANOS);
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean outOfMemory(Cpu cpu, Memcg scope) {
        return host.oomKiller().outOfMemory(cpu, scope);
    }

    @Override
    public boolean outOfMemory(Cpu cpu) {
        return host.oomKiller().outOfMemory(cpu, host.rootMemcg());
    }

    @Override
    public boolean isDying(Cpu cpu) {
        return host.currentTask().isDying(cpu);
    }

    @Override
    public void sleepKillable(Cpu cpu, long nanos) {
        host.currentTask().sleepKillable(cpu, nanos);
    }

    @Override
    public void wakeKswapd(Cpu cpu) {
        if (cpu.peek(kswapdFailures, 0) < MAX_FAILURES && cpu.load(kswapdWanted) == 0) {
            cpu.store(kswapdWanted, 1);
        }
    }

    /// How long kswapd has been at work until `now`, a round under way included. It waits for locks
    /// then, but does not sleep.
    public long kswapdNanos(long now) {
        long since = kswapdSince;
        return kswapdNanos + (since == ASLEEP ? 0 : Math.max(0, now - since));
    }

    /// The kswapd actor: naps, and balances the zone whenever it is woken.
    public void kswapd(Cpu cpu) {
        for (; ; ) {
            cpu.block(kswapdWanted, 1, 1);
            do {
                cpu.store(kswapdWanted, 0);
                host.stat().inc(cpu, VmEvent.PAGEOUTRUN);
                kswapdSince = cpu.now();
                boolean stalled = TaskState.beginStall(cpu);
                Tracepoint.MM_VMSCAN_KSWAPD_WAKE.tell(cpu, 0, 0, 0);
                boolean freed = reclaimer(cpu).balance(cpu, minTtlMillis);
                Tracepoint.MM_VMSCAN_KSWAPD_SLEEP.tell(cpu, 0, 0, 0);
                TaskState.endStall(cpu, stalled);
                kswapdNanos += cpu.now() - kswapdSince;
                kswapdSince = ASLEEP;
                if (freed) {
                    cpu.store(kswapdFailures, 0, 0);
                } else {
                    cpu.fetchAdd(kswapdFailures, 0, 1);
                }
                cpu.blockFor(kswapdWanted, 1, 1, NAP_NANOS);
            } while (cpu.load(kswapdWanted) != 0);
        }
    }

    /// Opens a new generation of a cgroup, after a walk of all page tables. False if it could not.
    public boolean age(Cpu cpu, Memcg memcg) {
        return age(cpu, memcg, true, true);
    }

    /// As [#age(Cpu, Memcg)]; without `forceScan` page tables are skipped as reclaim itself would.
    public boolean age(Cpu cpu, Memcg memcg, boolean forceScan) {
        return age(cpu, memcg, true, forceScan);
    }

    /// As above; without `canSwap` anonymous memory is left alone.
    boolean age(Cpu cpu, Memcg memcg, boolean canSwap, boolean forceScan) {
        return reclaimer(cpu).forceAging(cpu, memcg, canSwap, forceScan);
    }

    /// Evicts a cgroup's generations up to `seq`, until `goal` pages are freed or nothing more
    /// goes.
    void evict(Cpu cpu, Memcg memcg, long seq, int swappiness, long goal) {
        reclaimer(cpu).forceEviction(cpu, memcg, seq, swappiness, goal);
    }

    /// `/sys/kernel/mm/lru_gen/min_ttl_ms`: kswapd has somebody killed before it evicts what was
    /// used within so many milliseconds; 0, the default, protects nothing.
    public void setMinTtlMillis(long millis) {
        minTtlMillis = millis;
    }

    /// See [#setMinTtlMillis].
    public long minTtlMillis() {
        return minTtlMillis;
    }

    /// See [org.gleaner.mm.oom.OomKiller#drainBy].
    public void drainBy(Consumer<Cpu> asking) {
        host.oomKiller().drainBy(asking);
    }

    /// `/sys/kernel/mm/lru_gen/enabled`. Returns once all folios are where they belong.
    public void setLruGen(Cpu cpu, LruGenCaps caps) {
        enabled.write(cpu, caps);
    }

    /// Bit 0x8 of the same file: from the next look at page tables on, secondary MMUs are asked so.
    public void setAging(SecondaryAging aging) {
        host.tunables().setAging(aging);
    }

    /// What [#setLruGen] wrote last.
    public LruGenCaps lruGen() {
        return host.caps();
    }

    /// `vm.swappiness`, 0 to 200.
    public void setSwappiness(int swappiness) {
        host.tunables().setSwappiness(swappiness);
    }

    /// See [#setSwappiness].
    public int swappiness() {
        return host.swappiness();
    }

    /// The debugfs files of MGLRU.
    public LruGenDebugfs lruGenDebugfs() {
        return debugfs;
    }

    /// What MGLRU's rounds of eviction did so far, all CPUs together. For a host at rest.
    public ShrinkHistogram histogram() {
        ShrinkHistogram sum = new ShrinkHistogram();
        for (Reclaimer reclaimer : reclaimers) {
            if (reclaimer != null) {
                sum.add(reclaimer.histogram());
            }
        }
        return sum;
    }

    ReclaimContext context() {
        return host;
    }
}
