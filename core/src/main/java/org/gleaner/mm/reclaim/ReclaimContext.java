package org.gleaner.mm.reclaim;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.fault.FolioFree;
import org.gleaner.mm.fault.FolioWait;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.huge.FolioSplit;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.Workingset;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgLru;
import org.gleaner.mm.memcg.MemcgRules;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.oom.OomKiller;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.CurrentTask;
import org.gleaner.mm.space.MmLists;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.mm.version.KernelVersion;

/// What reclaim works on: the host's parts and the settings that choose its rules.
///
/// @param kernel whose rules reclaim follows
/// @param tunables settings that may change while the host runs
/// @param preemption what takes the CPU of who reclaims
/// @param seed of everything left to chance
/// @param memcgs every cgroup of the host by id, the root first; grows while the host is set up
/// @param memcgRules what the kernel's version says of cgroups
/// @param memcgLru MGLRU's order of cgroups
/// @param steps how the protocols are carried out
/// @param freeing frees a folio that reclaim has taken out of its cache, its count being zero
public record ReclaimContext(
        HostPaging paging,
        Folios folios,
        LruCache lru,
        Workingset workingset,
        RmapObjects objects,
        SwapArea swap,
        FolioWait folioWait,
        FolioSplit split,
        Zone zone,
        VmStat stat,
        KernelVersion kernel,
        ReclaimTunables tunables,
        Preemption preemption,
        long seed,
        List<Memcg> memcgs,
        MmLists mmLists,
        MemcgRules memcgRules,
        MemcgLru memcgLru,
        FolioFree freeing,
        CurrentTask currentTask,
        OomKiller oomKiller,
        int maxCpus,
        MemorySteps steps) {
    /// Of primary entries.
    PteFormat format() {
        return paging.format();
    }

    /// Counts `n` events of the host that happened to one cgroup's pages, so that cgroups add up to
    /// the host at any moment.
    void count(Cpu cpu, Lruvec lruvec, VmEvent event, long n) {
        stat.add(cpu, event, n);
        lruvec.events().add(cpu, event, n);
    }

    LruGenCaps caps() {
        return tunables.caps();
    }

    /// Whether reclaim takes from generations, and whether from the classic lists: see
    /// [LruGenEnabled].
    boolean reclaimsGenerations() {
        return caps().core() || reclaimsBoth();
    }

    /// See [#reclaimsGenerations].
    boolean reclaimsLists() {
        return !caps().core() || reclaimsBoth();
    }

    private boolean reclaimsBoth() {
        return tunables.switching() && !kernel.isBefore(KernelVersion.V7_2);
    }

    SecondaryAging aging() {
        return tunables.aging();
    }

    int swappiness() {
        return tunables.swappiness();
    }

    Memcg rootMemcg() {
        return memcgs.getFirst();
    }

    /// Slots that pages of a cgroup may still have.
    long swapRoom(Memcg memcg) {
        return memcg.swap().room(swap.free());
    }

    /// The cgroup that a session reclaims from, with all below it.
    Memcg scope(ScanControl sc) {
        Memcg target = sc.target;
        return target == null ? rootMemcg() : target;
    }
}
