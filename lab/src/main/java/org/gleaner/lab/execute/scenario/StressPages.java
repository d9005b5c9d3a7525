package org.gleaner.lab.execute.scenario;

import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.fault.PageFaults;
import org.jspecify.annotations.Nullable;

/// One vCPU's pages of `mmu_stress_test`: what it writes there, what became of its writes, and what
/// it reads.
///
/// The value of a page is its guest-physical address, with the number of the write in the low
/// twelve bits. Where pages have contents it is kept in the page, in a word of each slot's own, for
/// all slots show the same page; and every write that was reported done must be there, and no
/// other. Where they have none, a write is done or refused and no more is known.
///
/// One vCPU uses it; the boss reads the counts between meetings.
final class StressPages {
    private static final int VERSIONS = 1 << 12;
    private static final int CHUNK = GuestMachine.CHUNK;

    private final GuestMachine machine;
    private final ParallelRuns.Meter meter;
    private final long start;
    private final long end;
    private final long slotPages;

    /// How often each page was written, or null where pages have no contents.
    private final int @Nullable [] versions;

    /// Writes that were refused.
    long refused;

    /// Writes that got through though they were begun after all writing had been forbidden.
    long forbidden;

    /// Reads that did not find what was written last.
    long lost;

    /// Accesses that failed in a way that they must not.
    long errors;

    /// Why the last write failed; 0 if it did not.
    private long error;

    StressPages(
            GuestMachine machine,
            ParallelRuns.Meter meter,
            int index,
            long slotPages,
            boolean contents) {
        this.machine = machine;
        this.meter = meter;
        this.slotPages = slotPages;
        start = machine.shareStart(index);
        end = machine.shareEnd(index);
        versions = contents ? new int[(int) (end - start)] : null;
    }

    /// Writes all pages. Writes that are refused are tried again, as while the host gives back the
    /// right to.
    void writeAll(Cpu cpu, Vcpu vcpu, boolean again) {
        for (long gfn = start; gfn < end && !machine.outOfMemory(); ) {
            long at = writeRun(cpu, vcpu, gfn);
            if (error != 0 && again && error == PageFaults.FAULT) {
                refused++;
            } else if (error != 0) {
                errors++;
                at++;
            }
            gfn = at;
        }
    }

    /// Reads all pages, and holds what is found against what was written.
    void readAll(Cpu cpu, Vcpu vcpu) {
        if (versions == null) {
            if (!machine.touch(cpu, vcpu, start, end, false, meter) && !machine.outOfMemory()) {
                errors++;
            }
            return;
        }
        for (long gfn = start; gfn < end && !machine.outOfMemory(); gfn++) {
            read(cpu, vcpu, gfn, versions);
        }
    }

    private void read(Cpu cpu, Vcpu vcpu, long gfn, int[] written) {
        note(vcpu.accessData(cpu, gfn, word(gfn), false, 0));
        meter.advance(1);
        if (error != 0) {
            errors++;
        } else if (vcpu.data() != value(gfn, written[(int) (gfn - start)])) {
            lost++;
        }
    }

    /// Writes all pages over and over until a write is refused, tells so, and goes on until all
    /// writing has been forbidden and all vCPUs have been refused once. Then tries every page once
    /// more: none may be written.
    ///
    /// @param done 1 once all writing has been forbidden
    /// @param hit counts the vCPUs that were refused; `vcpus` when all were
    void writeUntilForbidden(Cpu cpu, Vcpu vcpu, Word done, Word hit, int vcpus) {
        long late = 0;
        long gfn = start;
        do {
            boolean mustFail = cpu.load(done) != 0;
            long at = writeRun(cpu, vcpu, gfn);
            late += mustFail ? at - gfn : 0;
            gfn = at == end ? start : at;
        } while (error == 0 && late < end - start);
        forbidden += late;
        if (error == PageFaults.FAULT) {
            refused++;
        } else if (error != 0) {
            errors++;
        }
        cpu.fetchAdd(hit, 1);
        for (gfn = start; cpu.load(done) == 0 || cpu.load(hit) < vcpus; ) {
            if (machine.outOfMemory()) {
                return;
            }
            tryWrite(cpu, vcpu, gfn, cpu.load(done) != 0);
            gfn = gfn + 1 == end ? start : gfn + 1;
        }
        for (gfn = start; gfn < end; gfn++) {
            tryWrite(cpu, vcpu, gfn, true);
        }
    }

    private void tryWrite(Cpu cpu, Vcpu vcpu, long gfn, boolean mustFail) {
        write(cpu, vcpu, gfn);
        if (error == 0) {
            forbidden += mustFail ? 1 : 0;
        } else if (error == PageFaults.FAULT) {
            refused++;
        } else {
            errors++;
        }
    }

    /// Writes from `gfn` on, a chunk at most; returns the first page that was not written.
    private long writeRun(Cpu cpu, Vcpu vcpu, long gfn) {
        long stop = Math.min(gfn + CHUNK, end);
        long at = gfn;
        if (versions == null) {
            at = vcpu.runSequential(cpu, gfn, stop, true);
            note(vcpu.error());
        } else {
            while (at < stop && write(cpu, vcpu, at)) {
                at++;
            }
        }
        meter.advance(at - gfn);
        return at;
    }

    /// Whether the write was done.
    private boolean write(Cpu cpu, Vcpu vcpu, long gfn) {
        if (versions == null) {
            note(vcpu.access(cpu, gfn, true));
        } else {
            int page = (int) (gfn - start);
            long value = value(gfn, versions[page] + 1);
            note(vcpu.accessData(cpu, gfn, word(gfn), true, value));
            if (error == 0) {
                versions[page]++;
            }
        }
        return error == 0;
    }

    private void note(long result) {
        error = result;
        machine.note(result);
    }

    private int word(long gfn) {
        return (int) ((gfn - GuestMachine.BASE_GFN) / slotPages);
    }

    private static long value(long gfn, int version) {
        return gfn * VERSIONS | version & VERSIONS - 1;
    }
}
