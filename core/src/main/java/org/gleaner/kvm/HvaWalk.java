package org.gleaner.kvm;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.LockMode;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.kvm.pfn.PfnCaches;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Srcu;
import org.gleaner.pagetable.RadixTable;

/// From host pages to guest pages: what every notifier call does around its handler
/// (`kvm_handle_hva_range`).
///
/// Inside the VM's SRCU it visits each slot that the range touches, aliases included. `mmu_lock` is
/// taken at the first such slot, so a range that touches none costs no lock. A flush, if one is
/// due, happens before the lock is dropped.
final class HvaWalk {
    /// What a zap has done: taken something that no flush was made for, let others have the lock.
    private static final int OWES_FLUSH = 1;

    private static final int LET_OTHERS_IN = 2;

    private final Srcu srcu;
    private final VmSlots memslots;
    private final Vcpus vcpus;
    private final SecondaryMmu mmu;
    private final InvalidateGate gate;
    private final PfnCaches caches;

    /// Young queries that found a slot, by how they held `mmu_lock`.
    private final LongAdder[] ageLocks;

    /// A long unmap looks for waiters once per level-1 table.
    private final long yieldPages;

    HvaWalk(
            Srcu srcu,
            VmSlots memslots,
            Vcpus vcpus,
            SecondaryMmu mmu,
            InvalidateGate gate,
            PfnCaches caches) {
        this.srcu = srcu;
        this.memslots = memslots;
        this.vcpus = vcpus;
        this.mmu = mmu;
        yieldPages = mmu.tables.geometry.pages(RadixTable.LEVEL_2M);
        this.gate = gate;
        this.caches = caches;
        ageLocks = new LongAdder[LockMode.values().length];
        Arrays.setAll(ageLocks, k -> new LongAdder());
    }

    /// Young queries that have held `mmu_lock` so.
    long ageLocks(LockMode mode) {
        return ageLocks[mode.ordinal()].sum();
    }

    /// Ages host pages `[start, end)`. Bit `k` of the query's bitmaps is page `end - 1 - k`, also
    /// where the range spans several slots.
    ///
    /// @param flush flush the guests' cached translations if anything was young
    boolean age(Cpu cpu, long start, long end, AgeQuery query, LockMode lock, boolean flush) {
        int section = srcu.readLock(cpu);
        Memslots slots = memslots.active(cpu);
        boolean locked = false;
        boolean any = false;
        for (int i = slots.from(end); (i = slots.overlap(i, start)) >= 0; i--) {
            Memslot slot = slots.at(i);
            if (!locked) {
                lock.lock(cpu, mmu.mmuLock);
                ageLocks[lock.ordinal()].increment();
                locked = true;
            }
            long first = slot.gfnOf(Math.max(start, slot.vpn()));
            long limit = slot.gfnOf(Math.min(end, slot.endVpn()));
            any |= mmu.age(cpu, first, limit, slot.gfnOf(end - 1), query, lock != LockMode.NONE);
        }
        if (flush && any) {
            vcpus.flushRemoteTlbs(cpu);
        }
        if (locked) {
            lock.unlock(cpu, mmu.mmuLock);
        }
        srcu.readUnlock(cpu, section);
        return any;
    }

    /// `kvm_mmu_notifier_invalidate_range_start`: announces itself, makes cached pages invalid,
    /// closes the gate, zaps, flushes. Where it may block, it lets waiters have the lock in
    /// between; the gate stays closed.
    void invalidateStart(Cpu cpu, long start, long end, boolean mayBlock, ZapCause cause) {
        announce(cpu, start, end);
        int section = srcu.readLock(cpu);
        Memslots slots = memslots.active(cpu);
        boolean locked = false;
        int zapped = 0;
        for (int i = slots.from(end); (i = slots.overlap(i, start)) >= 0; i--) {
            Memslot slot = slots.at(i);
            if (!locked) {
                mmu.mmuLock.writeLock(cpu);
                locked = true;
                gate.begin(cpu);
                mmu.invariants.zapBegins();
            }
            long first = slot.gfnOf(Math.max(start, slot.vpn()));
            long limit = slot.gfnOf(Math.min(end, slot.endVpn()));
            gate.add(cpu, first, limit);
            zapped |= zap(cpu, first, limit, mayBlock, cause);
            if (slot.id() == VmSlots.APIC_PAGE && mmu.steps.reloadsApicPage()) {
                vcpus.request(cpu, VcpuRequests.APIC_PAGE_RELOAD);
            }
        }
        flushIf(cpu, zapped);
        if (locked) {
            mmu.invariants.zapFlushed();
            checkAbsent(cpu, slots, start, end, (zapped & LET_OTHERS_IN) != 0);
            mmu.mmuLock.writeUnlock(cpu);
        }
        srcu.readUnlock(cpu, section);
    }

    private void announce(Cpu cpu, long start, long end) {
        boolean first = mmu.steps.announcesBeforeCaches();
        if (first) {
            gate.enter(cpu);
        }
        caches.invalidateStart(cpu, start, end);
        if (!first) {
            gate.enter(cpu);
        }
    }

    /// Zaps guest pages.
    private int zap(Cpu cpu, long start, long end, boolean mayBlock, ZapCause cause) {
        int zapped = 0;
        for (long gfn = start; gfn < end; ) {
            long next = mayBlock ? Math.min(end, (gfn | yieldPages - 1) + 1) : end;
            zapped |= mmu.unmap(cpu, gfn, next, cause) ? OWES_FLUSH : 0;
            if (next < end && cpu.yieldsIf(mmu.mmuLock.isContended())) {
                flushIf(cpu, zapped);
                zapped = LET_OTHERS_IN;
                mmu.mmuLock.writeUnlock(cpu);
                cpu.standAside();
                mmu.mmuLock.writeLock(cpu);
            }
            gfn = next;
        }
        return zapped;
    }

    private void flushIf(Cpu cpu, int zapped) {
        if ((zapped & OWES_FLUSH) != 0 && mmu.steps.flushesAfterZap()) {
            vcpus.flushRemoteTlbs(cpu);
        }
    }

    /// `kvm_mmu_notifier_invalidate_range_end`: opens the gate again.
    void invalidateEnd(Cpu cpu, long start, long end) {
        int section = srcu.readLock(cpu);
        Memslots slots = memslots.active(cpu);
        if (slots.overlap(slots.from(end), start) >= 0) {
            mmu.mmuLock.writeLock(cpu);
            checkAbsent(cpu, slots, start, end, true);
            gate.end(cpu);
            mmu.mmuLock.writeUnlock(cpu);
        }
        srcu.readUnlock(cpu, section);
        gate.leave(cpu);
    }

    private void checkAbsent(Cpu cpu, Memslots slots, long start, long end, boolean later) {
        if (!Invariants.ARMED) {
            return;
        }
        for (int i = slots.from(end); (i = slots.overlap(i, start)) >= 0; i--) {
            Memslot slot = slots.at(i);
            long first = slot.gfnOf(Math.max(start, slot.vpn()));
            long limit = slot.gfnOf(Math.min(end, slot.endVpn()));
            mmu.checkAbsent(cpu, first, limit, later);
        }
    }
}
