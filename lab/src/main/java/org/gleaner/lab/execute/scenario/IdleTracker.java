package org.gleaner.lab.execute.scenario;

import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.run.AccessTrackingResult.Young;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.pagetable.Walk;

/// Tracks by idle pages, as the selftest's `mark_vcpu_memory_idle`: for each page the frame from
/// `pagemap`, a look at its idle bit, and the bit set unless it still is. Each vCPU's thread does
/// so for its own share; where all vCPUs share one region the first does it for all. The system
/// calls themselves take no virtual time.
final class IdleTracker implements Tracker {
    private final GuestMachine machine;
    private final Crew crew;
    private final boolean overlap;
    private final Word tested = new Word();
    private final Word unmapped = new Word();
    private final Word idle = new Word();

    IdleTracker(GuestMachine machine, Crew crew, boolean overlap) {
        this.machine = machine;
        this.crew = crew;
        this.overlap = overlap;
    }

    @Override
    public String label() {
        return "page_idle";
    }

    @Override
    public boolean prepare(Cpu boss) {
        return true;
    }

    /// A page that is not mapped was not used: there is nothing to look at.
    @Override
    public Young pass(Cpu boss) {
        boss.store(tested, 0);
        boss.store(unmapped, 0);
        boss.store(idle, 0);
        crew.together(boss, this::mark);
        long all = boss.load(tested);
        return new Young(all, all - boss.load(idle) - boss.load(unmapped));
    }

    private void mark(Cpu cpu, Vcpu vcpu, int index) {
        if (overlap && index > 0) {
            return;
        }
        long start = machine.shareStart(index);
        long end = overlap ? machine.end() : machine.shareEnd(index);
        PageIdle pages = machine.host().pageIdle();
        Walk walk = new Walk();
        int missing = 0;
        int stillIdle = 0;
        for (long gfn = start; gfn < end; gfn++) {
            int pfn = PageIdle.frame(cpu, machine.mm(), machine.vpn(gfn), walk);
            if (pfn < 0) {
                missing++;
            } else if (pages.isIdle(cpu, pfn)) {
                stillIdle++;
            } else {
                pages.mark(cpu, pfn);
            }
            cpu.condResched();
        }
        cpu.fetchAdd(tested, end - start);
        cpu.fetchAdd(unmapped, missing);
        cpu.fetchAdd(idle, stillIdle);
    }
}
