package org.gleaner.kvm;

import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.pfn.GuestSlots;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Srcu;
import org.jspecify.annotations.Nullable;

/// A VM's slots and gate, for the host side's own users of guest pages.
final class SlotView implements GuestSlots {
    private final Srcu srcu;
    private final VmSlots slots;
    private final InvalidateGate gate;

    SlotView(Srcu srcu, VmSlots slots, InvalidateGate gate) {
        this.srcu = srcu;
        this.slots = slots;
        this.gate = gate;
    }

    @Override
    public int enter(Cpu cpu) {
        return srcu.readLock(cpu);
    }

    @Override
    public void leave(Cpu cpu, int section) {
        srcu.readUnlock(cpu, section);
    }

    @Override
    public long generation(Cpu cpu) {
        return slots.active(cpu).generation;
    }

    @Override
    public long vpn(Cpu cpu, long gfn, boolean write) {
        return vpn(slots.active(cpu).find(gfn), gfn, write);
    }

    /// `gfn_to_hva_many`: the host page behind `gfn` of `slot`, [#NO_SLOT] or [#READ_ONLY].
    static long vpn(@Nullable Memslot slot, long gfn, boolean write) {
        if (slot == null || slot.invalid() || slot.isHostless()) {
            return NO_SLOT;
        }
        return write && slot.readOnly() ? READ_ONLY : slot.vpnOf(gfn);
    }

    @Override
    public void markDirty(Cpu cpu, long gfn) {
        @Nullable Memslot slot = slots.active(cpu).find(gfn);
        DirtyBitmap log = slot == null ? null : slot.log();
        if (log != null) {
            log.mark(cpu, gfn);
        }
    }

    @Override
    public long pagesFrom(Cpu cpu, long gfn) {
        @Nullable Memslot slot = slots.active(cpu).find(gfn);
        return slot == null || slot.invalid() ? 0 : slot.endGfn() - gfn;
    }

    @Override
    public long sequence(Cpu cpu) {
        return gate.snapshot(cpu);
    }

    @Override
    public boolean isInvalidating(Cpu cpu) {
        return gate.isActive(cpu);
    }
}
