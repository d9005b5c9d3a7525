package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.RadixTable;

/// Gives a leaf back its R, X or W without a lock (`fast_page_fault`), by compare-and-swap from the
/// leaf it has looked at: nothing that is not present becomes so here.
final class TdpFastFault {
    private static final int TRIES = 5;

    private final TdpMmu mmu;
    private final SpteFormat format;

    TdpFastFault(TdpMmu mmu) {
        this.mmu = mmu;
        format = mmu.format;
    }

    /// As [TdpMmu#fastFault].
    int fix(Cpu cpu, MmuRoot root, Fault fault) {
        mmu.rcu.readLock(cpu);
        int result = RetPf.INVALID;
        for (int tries = 0; tries < TRIES; tries++) {
            cpu.step();
            long found = mmu.tables.leafAt(cpu, root.table, fault.gfn);
            if (found < 0) {
                break;
            }
            long slot = RadixTable.slotOf(found);
            long[] words = mmu.tables.slab.slotWords(slot);
            int i = mmu.tables.slab.slotIndex(slot);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isTable(old, RadixTable.levelOf(found))) {
                continue;
            }
            long update = fastUpdate(old, fault.write);
            boolean huge = RadixTable.levelOf(found) > RadixTable.LEVEL_4K;
            if (update == 0 || update != old && huge && fault.write && fault.log != null) {
                break;
            }
            if (update == old) {
                result = RetPf.SPURIOUS;
                break;
            }
            if (cpu.cas(words, i, old, update)) {
                mmu.invariants.changed(old, update);
                DirtyBitmap log = fault.log;
                if (log != null && fault.write && mmu.steps.marksFastFaults()) {
                    log.mark(cpu, fault.gfn);
                }
                result = RetPf.FIXED;
                break;
            }
        }
        mmu.rcu.readUnlock(cpu);
        return result;
    }

    /// What the fast path makes of `old`: itself if it permits the access, 0 if it cannot.
    private long fastUpdate(long old, boolean write) {
        int access = write ? EntryFormat.WRITE : EntryFormat.READ;
        if (!format.isPresent(old)) {
            return 0;
        }
        if (format.permits(old, access)) {
            return old;
        }
        long update = old;
        boolean tracked = format.isAccessTracked(old);
        if (tracked) {
            update = mmu.spteSteps.restore(format, old) | format.accessed;
        }
        if (write && format.isMmuWritable(update)) {
            update |= SpteFormat.WRITE_BIT;
        }
        if (tracked) {
            SpteInvariants.restored(format, old, update, write);
        }
        return format.permits(update, access) ? update : 0;
    }
}
