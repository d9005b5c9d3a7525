package org.gleaner.mm.fault;

import java.util.List;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.huge.FolioSplit;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Workingset;
import org.gleaner.mm.memcg.KernelMemory;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.MemoryNode;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.CurrentTask;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.mm.version.KernelVersion;

/// What page faults and changes of mappings work on: the host's parts, and the settings that choose
/// their rules.
///
/// @param format of primary entries
/// @param kernel whose rules faults follow
/// @param memcgs every cgroup of the host by id
/// @param pageCluster logarithm of the most pages that one swap-in reads
/// @param hugePages whether anonymous memory may have large folios
/// @param hugeFaults whether a fault makes one without being asked
/// @param steps how the protocols are carried out
public record FaultContext(
        PteFormat format,
        KernelVersion kernel,
        Folios folios,
        LruCache lru,
        Workingset workingset,
        RmapObjects objects,
        PageAllocator allocator,
        KernelMemory kernelMemory,
        SwapArea swap,
        FolioWait folioWait,
        FolioSplit split,
        MemoryNode node,
        VmStat stat,
        List<Memcg> memcgs,
        CurrentTask currentTask,
        int pageCluster,
        boolean hugePages,
        boolean hugeFaults,
        int maxCpus,
        MemorySteps steps) {}
