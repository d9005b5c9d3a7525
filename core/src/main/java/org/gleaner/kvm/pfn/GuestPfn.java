package org.gleaner.kvm.pfn;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.gup.Lookup;

/// The frame of a guest page, of which nothing is kept: what is answered may be another's by then
/// (`kvm_lookup_pfn`). Of use only for the question whether there is one at all.
///
/// Kernels before 6.13 asked so when an emulation had failed, and when the APIC page was installed;
/// later ones do not ask.
@OneCpu
public final class GuestPfn {
    private final GuestSlots slots;
    private final FaultInPage page;
    private final PfnDesign design;
    private final Fault answer = new Fault();

    GuestPfn(GuestSlots slots, FaultInPage page, PfnDesign design) {
        this.slots = slots;
        this.page = page;
        this.design = design;
    }

    /// Looks the page up as for a write, and gives it back at once, unused. May sleep; no spinlock
    /// may be held.
    ///
    /// @return the frame; or an error of [org.gleaner.mm.gup.PageClaim], which is negative
    /// @throws IllegalStateException on a kernel that has no such call
    public int find(Cpu cpu, long gfn) {
        if (!design.looksUpFrames()) {
            throw new IllegalStateException("no lookup without an owner since 6.13");
        }
        int section = slots.enter(cpu);
        int error = page.lookUp(cpu, slots.vpn(cpu, gfn, true), Lookup.WRITE, answer);
        int pfn = answer.pfn;
        if (error == 0) {
            page.release(cpu, true, false);
        }
        slots.leave(cpu, section);
        return error == 0 ? pfn : error;
    }

    /// An instruction that writes to `gfn` could not be emulated: whether the guest is to be
    /// entered again, in the hope that it does not fault this time (`reexecute_instruction`).
    public boolean isRetryUseful(Cpu cpu, long gfn) {
        return !design.looksUpFrames() || find(cpu, gfn) >= 0;
    }
}
