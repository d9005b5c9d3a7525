package org.gleaner.kvm;

import java.util.function.UnaryOperator;
import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.machine.Srcu;

/// The VM's slots and the protocol that changes them (`kvm_set_memory_region`).
///
/// Readers hold SRCU and read the published set once. A change, under `slots_lock`, publishes a new
/// set when no invalidation is on its way, so that the start and the end of one see the same slots,
/// and then waits for all readers. Deleting publishes twice: first with the slot marked invalid, so
/// that faults on it retry and every fault that took the old slot has ended when its pages are
/// zapped; then without it.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `active` | publish, idle gate | volatile | faults, notifiers, SRCU | volatile | synchronize |
final class VmSlots {
    /// The first slot that is the kernel's own (`KVM_USER_MEM_SLOTS`): that of the APIC page.
    static final int APIC_PAGE = 32_764;

    private final RwSemaphore slotsLock = new RwSemaphore(LockClass.SLOTS_LOCK);
    private final Srcu srcu;
    private final InvalidateGate gate;
    private final ProtocolSteps steps;
    private volatile Memslots active = Memslots.EMPTY;

    VmSlots(Srcu srcu, InvalidateGate gate, ProtocolSteps steps) {
        this.srcu = srcu;
        this.gate = gate;
        this.steps = steps;
    }

    /// The set of now; to be read once per SRCU section.
    Memslots active(Cpu cpu) {
        cpu.reads(this);
        return active;
    }

    /// Adds a slot.
    ///
    /// @throws IllegalArgumentException if the id is taken or guest pages would overlap
    void create(Cpu cpu, Memslot slot) {
        slotsLock.downWrite(cpu);
        try {
            if (active.byId(slot.id()) != null) {
                throw new IllegalArgumentException("memory slot " + slot.id() + " exists");
            }
            Memslots next = active.with(slot);
            slot.bind(cpu);
            publish(cpu, next);
        } finally {
            slotsLock.upWrite(cpu);
        }
    }

    /// Removes a slot; `zap` takes its pages away in between.
    ///
    /// @throws IllegalArgumentException if there is none
    void delete(Cpu cpu, int id, Work zap) {
        slotsLock.downWrite(cpu);
        try {
            Memslot slot = existing(id);
            publish(cpu, active.with(slot.invalidated()));
            zap.on(cpu, slot);
            publish(cpu, active.minus(id));
            slot.unbind(cpu);
        } finally {
            slotsLock.upWrite(cpu);
        }
    }

    /// A change of a slot's flags alone: one swap, then `commit` with the slot as it is now.
    /// Nothing if `change` answers the slot itself.
    ///
    /// @throws IllegalArgumentException if there is none
    void relog(Cpu cpu, int id, UnaryOperator<Memslot> change, Work commit) {
        slotsLock.downWrite(cpu);
        try {
            Memslot old = existing(id);
            Memslot slot = change.apply(old);
            if (!slot.equals(old)) {
                publish(cpu, active.with(slot));
                commit.on(cpu, slot);
            }
        } finally {
            slotsLock.upWrite(cpu);
        }
    }

    /// Works on a slot that cannot change meanwhile.
    ///
    /// @throws IllegalArgumentException if there is none
    void with(Cpu cpu, int id, Work body) {
        slotsLock.downWrite(cpu);
        try {
            body.on(cpu, existing(id));
        } finally {
            slotsLock.upWrite(cpu);
        }
    }

    /// Does something during which no slot changes.
    void alone(Cpu cpu, Runnable body) {
        slotsLock.downWrite(cpu);
        try {
            body.run();
        } finally {
            slotsLock.upWrite(cpu);
        }
    }

    private Memslot existing(int id) {
        Memslot slot = active.byId(id);
        if (slot == null) {
            throw new IllegalArgumentException("no memory slot " + id);
        }
        return slot;
    }

    /// `kvm_swap_active_memslots`.
    private void publish(Cpu cpu, Memslots next) {
        gate.lockIdle(cpu);
        cpu.writes(this);
        active = next;
        gate.unlockIdle(cpu);
        if (steps.waitsForSlotReaders()) {
            srcu.synchronizeExpedited(cpu);
        }
    }

    /// Works on the second stage's part of a slot, under `slots_lock`.
    interface Work {
        void on(Cpu cpu, Memslot slot);
    }
}
