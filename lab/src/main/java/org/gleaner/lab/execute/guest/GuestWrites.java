package org.gleaner.lab.execute.guest;

import java.util.SplittableRandom;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// A vCPU that touches its share of guest memory, page after page, and writes to some of the pages:
/// the guest of `memstress`.
public final class GuestWrites {
    private static final int ALL = 100;
    private static final int WRITE = 1 << 31;

    /// Pages between two exits that nothing in the guest causes.
    private static final int STRETCH = 512;

    private final GuestMachine machine;
    private final ParallelRuns.Meter meter;
    private final long start;
    private final long end;
    private final int writePercent;
    private final SplittableRandom random;
    private final int[] accesses = new int[STRETCH];

    public GuestWrites(
            GuestMachine machine, ParallelRuns.Meter meter, int index, int writePercent) {
        this.machine = machine;
        this.meter = meter;
        this.writePercent = writePercent;
        start = machine.shareStart(index);
        end = machine.shareEnd(index);
        random = new SplittableRandom(machine.seed() * 1_000_003 + index);
    }

    /// Writes to every page once.
    public void writeAll(Cpu cpu, Vcpu vcpu) {
        touchInOne(cpu, vcpu, true);
    }

    /// Touches every page once.
    public void touchAll(Cpu cpu, Vcpu vcpu) {
        if (writePercent == 0 || writePercent == ALL) {
            touchInOne(cpu, vcpu, writePercent == ALL);
            return;
        }
        for (long gfn = start; gfn < end; gfn += accesses.length) {
            int n = (int) Math.min(accesses.length, end - gfn);
            if (!touchSome(cpu, vcpu, gfn, n)) {
                return;
            }
            meter.advance(n);
        }
    }

    /// In one run: the guest exits for nothing but its own faults and what the host wants of it.
    private void touchInOne(Cpu cpu, Vcpu vcpu, boolean write) {
        long done = vcpu.runSequential(cpu, start, end, write) - start;
        machine.note(vcpu.error());
        meter.advance(done);
    }

    /// Goes on touching all pages in turn until `stop` is set, at least once one of them.
    public void touchUntil(Cpu cpu, Vcpu vcpu, Word stop) {
        long gfn = start;
        do {
            int n = (int) Math.min(accesses.length, end - gfn);
            if (!touchSome(cpu, vcpu, gfn, n)) {
                return;
            }
            gfn = gfn + n == end ? start : gfn + n;
        } while (cpu.load(stop) == 0);
    }

    private boolean touchSome(Cpu cpu, Vcpu vcpu, long from, int n) {
        long done;
        if (writePercent == 0 || writePercent == ALL) {
            done = vcpu.runSequential(cpu, from, from + n, writePercent == ALL) - from;
        } else {
            for (int k = 0; k < n; k++) {
                accesses[k] = k | (random.nextInt(ALL) < writePercent ? WRITE : 0);
            }
            done = vcpu.run(cpu, accesses, 0, n, from);
        }
        machine.note(vcpu.error());
        return done == n && !machine.outOfMemory();
    }
}
