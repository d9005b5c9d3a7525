package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.version.KernelVersion;

/// What reclaim owes to processors that may have cached a primary entry which it has taken away
/// (`struct tlbflush_unmap_batch`, `try_to_unmap_flush`).
///
/// A page must not be freed, nor written to swap if it could still change, while a processor
/// reaches it through an old translation. So a batch ends before the first write of a page whose
/// entry was dirty, and at the end of a list. arm64 did not batch before 6.6: there each entry is
/// invalidated while its table is locked.
///
/// No translation is kept by anybody here (but those of [org.gleaner.mm.pte.Tlb], which are flushed
/// where the entry goes): this is what it costs, and on hosts that broadcast alone. What it costs
/// where each processor is interrupted is not played.
@OneCpu
final class UnmapFlush {
    private final boolean broadcasts;
    private final boolean batches;

    /// By CPU: how many entries it owes for, and whether one of them was dirty.
    private final int[] entries;

    private final boolean[] dirty;

    UnmapFlush(ReclaimContext host) {
        broadcasts = host.paging().broadcasts();
        batches = !host.kernel().isBefore(KernelVersion.V6_12);
        entries = new int[host.maxCpus()];
        dirty = new boolean[host.maxCpus()];
    }

    /// An entry is gone, which was dirty or not.
    void owes(Cpu cpu, boolean wasDirty) {
        if (!broadcasts) {
            return;
        }
        if (batches) {
            entries[cpu.id]++;
            dirty[cpu.id] |= wasDirty;
        } else {
            cpu.broadcast(1);
        }
    }

    /// A page is about to be written.
    void beforeWrite(Cpu cpu) {
        if (dirty[cpu.id]) {
            flush(cpu);
        }
    }

    /// Pages are about to be freed.
    void atEnd(Cpu cpu) {
        if (entries[cpu.id] > 0) {
            flush(cpu);
        }
    }

    private void flush(Cpu cpu) {
        cpu.enter(KernelFunction.TRY_TO_UNMAP_FLUSH);
        cpu.broadcast(entries[cpu.id]);
        entries[cpu.id] = 0;
        dirty[cpu.id] = false;
        cpu.exit();
    }
}
