package org.gleaner.lab.execute.torture;

import java.util.SplittableRandom;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.guest.Zapper;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.PageFaults;

/// What one vCPU does under torture: writes values to a word of its own in every page, through any
/// of the page's aliases, and reads them back. In between it runs over pages without looking, and
/// resets its MMU.
///
/// An access is wrong if it is refused though nothing was taken away, done though it must be
/// refused, or finds another value than was written last. The first wrong one throws.
final class TortureGuest {
    private static final int BATCH = 64;
    private static final int LONGEST_RUN = 128;

    private final Zapper zapper;
    private final int word;
    private final int pages;
    private final int slots;
    private final TortureAccesses accesses;
    private final SplittableRandom random;

    /// What this vCPU wrote last, by page.
    private final long[] last;

    /// @param word of each page that is this vCPU's own
    /// @param pages of the backing memory, shown by each of `slots`
    TortureGuest(
            Zapper zapper, int word, int pages, int slots, TortureAccesses accesses, long seed) {
        this.zapper = zapper;
        this.word = word;
        this.pages = pages;
        this.slots = slots;
        this.accesses = accesses;
        random = new SplittableRandom(seed);
        last = new long[pages];
    }

    /// Accesses pages at random until `end`, in the engine's nanoseconds.
    void run(Cpu cpu, Vcpu vcpu, long end) {
        while (cpu.now() < end) {
            for (int i = 0; i < BATCH; i++) {
                act(cpu, vcpu);
            }
            accesses.operations.add(BATCH);
        }
    }

    /// Reads what this vCPU wrote to a page, as any vCPU, when nothing is written and nothing taken
    /// away any more.
    void verify(Cpu cpu, Vcpu vcpu, int page) {
        access(cpu, vcpu, page, page % slots, false);
        accesses.verified.increment();
    }

    private void act(Cpu cpu, Vcpu vcpu) {
        int page = (int) (pages * Math.pow(random.nextDouble(), 2));
        int slot = random.nextInt(slots);
        int what = random.nextInt(64);
        if (what == 0) {
            vcpu.resetContext(cpu);
        } else if (what <= 4) {
            run(cpu, vcpu, page, slot, what == 1);
        } else {
            access(cpu, vcpu, page, slot, what < 24);
        }
    }

    private void access(Cpu cpu, Vcpu vcpu, int page, int slot, boolean write) {
        long changing = cpu.load(zapper.changing);
        long taken = cpu.load(zapper.taken);
        long value = write ? random.nextLong() : 0;
        long error = vcpu.accessData(cpu, gfn(page, slot), word, write, value);
        if (error != 0) {
            checkRefusal(cpu, error, changing, page);
            return;
        }
        checkAllowed(cpu, taken, page, slot, write);
        if (write) {
            last[page] = value;
        } else if (vcpu.data() != last[page]) {
            throw new AssertionError(
                    String.format(
                            "vcpu%d lost a write to page %d: finds %x, wrote %x",
                            word, page, vcpu.data(), last[page]));
        }
    }

    private void run(Cpu cpu, Vcpu vcpu, int page, int slot, boolean write) {
        long changing = cpu.load(zapper.changing);
        long taken = cpu.load(zapper.taken);
        int end = Math.min(pages, page + 1 + random.nextInt(LONGEST_RUN));
        long start = gfn(page, slot);
        int done = (int) (vcpu.runSequential(cpu, start, gfn(end, slot), write) - start);
        if (vcpu.error() != 0) {
            checkRefusal(cpu, vcpu.error(), changing, page + done);
        }
        for (int i = page; i < page + done; i++) {
            checkAllowed(cpu, taken, i, slot, write);
        }
    }

    private long gfn(int page, int slot) {
        return GuestMachine.BASE_GFN + (long) slot * pages + page;
    }

    private void checkRefusal(Cpu cpu, long error, long changing, int page) {
        accesses.refused.increment();
        if (error == PageFaults.NOMEM) {
            throw new AssertionError("the host has no memory left, though swap is not full");
        }
        if (changing % 2 == 0 && cpu.load(zapper.changing) == changing) {
            throw new AssertionError(
                    "vcpu" + word + " was refused page " + page + " (" + error + ") for nothing");
        }
    }

    private void checkAllowed(Cpu cpu, long taken, int page, int slot, boolean write) {
        int kind = (int) (taken % Zapper.KINDS);
        int half = page < pages / 2 ? 0 : 1;
        boolean forbidden =
                kind == Zapper.WRITES && write
                        || kind == Zapper.FIRST_HALF + half
                        || kind == Zapper.FIRST_SLOT + slot;
        if (forbidden && cpu.load(zapper.taken) == taken) {
            throw new AssertionError(
                    String.format(
                            "vcpu%d %s page %d through slot %d, which was taken away (%d)",
                            word, write ? "wrote" : "read", page, slot, kind));
        }
    }
}
