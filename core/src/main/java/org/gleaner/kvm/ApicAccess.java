package org.gleaner.kvm;

import java.util.function.IntUnaryOperator;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Srcu;
import org.gleaner.mm.gup.Lookup;

/// Where a vCPU's hardware is told that the page of its APIC is (`vmx_set_apic_access_page_addr`):
/// guest accesses to that frame are the APIC's, and nothing is ever read from it or written to it.
/// One page serves the whole VM, in a slot that is private to the kernel ([Vm#installApicPage]).
///
/// ```
/// invalidation of the page                  vCPU, before it enters its guest
/// closes the gate, zaps                     takes the request
/// asks every vCPU to reload; none is in     notes the sequence; looks the page up
/// the guest that has not seen that          mmu_lock: overtaken? asks itself again
/// the host takes the page                             else tells hardware
///                                           gives the page back, clean; unlocks
/// ```
///
/// Nothing keeps the page: who takes it away has every vCPU ask for it again.
@OneCpu
public final class ApicAccess {
    /// The page of the local APIC's registers.
    public static final long GFN = 0xfee00;

    /// Hardware knows of no page.
    public static final int NONE = -1;

    private final Srcu srcu;
    private final VmSlots slots;
    private final InvalidateGate gate;
    private final QueuedRwLock mmuLock;
    private final PfnDesign design;
    private final FaultInPage page;
    private final IntUnaryOperator freed;
    private final Fault answer = new Fault();

    private int frame = NONE;
    private int epoch;
    private long reloads;
    private long stale;

    ApicAccess(
            Srcu srcu,
            VmSlots slots,
            InvalidateGate gate,
            QueuedRwLock mmuLock,
            PfnDesign design,
            FaultInPage page,
            IntUnaryOperator freed) {
        this.srcu = srcu;
        this.freed = freed;
        this.slots = slots;
        this.gate = gate;
        this.mmuLock = mmuLock;
        this.design = design;
        this.page = page;
    }

    /// Finds the page and tells hardware, outside the guest; if an invalidation has overtaken it,
    /// it is asked again. May sleep.
    void reload(Cpu cpu, VcpuRequests requests) {
        int section = srcu.readLock(cpu);
        boolean done = find(cpu);
        srcu.readUnlock(cpu, section);
        if (!done) {
            requests.post(cpu, VcpuRequests.APIC_PAGE_RELOAD);
            cpu.standAside();
        }
    }

    private boolean find(Cpu cpu) {
        reloads++;
        long seq = gate.snapshot(cpu);
        Memslot slot = slots.active(cpu).find(GFN);
        if (slot == null || slot.id() != VmSlots.APIC_PAGE || slot.invalid()) {
            return true;
        }
        if (page.lookUp(cpu, slot.vpnOf(GFN), Lookup.WRITE, answer) != 0) {
            return true;
        }
        mmuLock.readLock(cpu);
        boolean overtaken = gate.retry(cpu, seq, GFN);
        if (overtaken) {
            stale++;
        } else {
            frame = answer.pfn;
            epoch = freed.applyAsInt(frame);
        }
        if (design.releasesApicPageLocked()) {
            page.release(cpu, false, false);
        }
        mmuLock.readUnlock(cpu);
        if (!design.releasesApicPageLocked()) {
            page.release(cpu, true, false);
        }
        return !overtaken;
    }

    /// The vCPU is in its guest. Fails if hardware takes a frame for the APIC's that was freed
    /// (P4).
    void checkFresh() {
        if (Invariants.ARMED && frame != NONE && freed.applyAsInt(frame) != epoch) {
            throw Invariants.broken(
                    "P4: the APIC of a vCPU is in frame " + frame + ", freed since");
        }
    }

    /// The frame that hardware was told last, or [#NONE].
    public int frame() {
        return frame;
    }

    /// Times that it was looked for.
    public long reloads() {
        return reloads;
    }

    /// Of these, those that an invalidation overtook.
    public long stale() {
        return stale;
    }
}
