package org.gleaner.kvm.pfn;

import java.util.Arrays;
import java.util.stream.Stream;
import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.mm.gup.InaccessiblePages;
import org.gleaner.mm.gup.PageClaim;

/// Guest memory that no process can map (`guest_memfd`): a file whose pages are bound to memory
/// slots by index. No notifier speaks of its pages, for no host page table has them: who takes them
/// away is the file itself, and it closes the guest's gate while it does.
///
/// ```
/// punch a hole                              fault
/// invalidate lock                           seq = snapshot()
/// close the gate, zap, flush                page = find                       (may sleep)
/// cut the pages out of the file             lock mmu_lock
/// open the gate: seq++                      retry if the gate is closed, or seq moved
/// unlock                                    install, release, unlock
/// ```
///
/// A fault that found its page before it was cut out finds the gate closed, or the sequence moved.
/// The page it holds is freed when it gives it back. A fault takes no lock of the file; a slot's
/// binding cannot go while it runs, for it is inside the VM's SRCU.
///
/// Locks: `slots_lock`, then the invalidate lock, then `mmu_lock`, which is dropped before folios
/// are locked.
public final class GuestMemfd {
    private static final GuestMemfdRange[] NONE = {};

    /// The guest whose memory this is.
    public interface Guest {
        /// Closes the gate for guest pages, zaps them, and flushes: ranges one after the other,
        /// each by its first page and the first behind it. None: nothing to do.
        void begin(Cpu cpu, long[] ranges);

        /// Opens it again.
        void end(Cpu cpu, long[] ranges);
    }

    private final InaccessiblePages pages;
    private final Guest guest;
    private final ProtocolSteps steps;
    private final RwSemaphore invalidateLock = new RwSemaphore(LockClass.INVALIDATE_LOCK);

    /// Replaced under the invalidate lock, held for writing; faults read it without.
    private volatile GuestMemfdRange[] bound = NONE;

    private volatile boolean released;

    public GuestMemfd(InaccessiblePages pages, Guest guest, ProtocolSteps steps) {
        this.pages = pages;
        this.guest = guest;
        this.steps = steps;
        pages.setOwner(this::broken);
    }

    /// Size in pages.
    public long pages() {
        return pages.pages();
    }

    // --- slots -------------------------------------------------------------------------------

    /// Binds a range to its slot (`kvm_gmem_bind`).
    ///
    /// @throws IllegalArgumentException if it is not within the file (`-EINVAL`), the file is gone
    ///     (`-EBADF`), or a part of it is another slot's (`-EEXIST`)
    public void bind(Cpu cpu, GuestMemfdRange range) {
        if (range.first() < 0 || range.end() > pages.pages()) {
            throw new IllegalArgumentException(
                    "-EINVAL: pages from %d to %d of a file of %d"
                            .formatted(range.first(), range.end(), pages.pages()));
        }
        invalidateLock.downWrite(cpu);
        boolean gone = released;
        boolean taken = touched(cpu, range.first(), range.end()).findAny().isPresent();
        if (!gone && !taken) {
            GuestMemfdRange[] more = Arrays.copyOf(bound, bound.length + 1);
            more[bound.length] = range;
            publish(cpu, more);
        }
        invalidateLock.upWrite(cpu);
        if (gone || taken) {
            throw new IllegalArgumentException(
                    gone ? "-EBADF: the file is closed" : "-EEXIST: pages are bound already");
        }
    }

    /// Its slot is gone (`kvm_gmem_unbind`).
    public void unbind(Cpu cpu, GuestMemfdRange range) {
        invalidateLock.downWrite(cpu);
        publish(
                cpu,
                Arrays.stream(bound)
                        .filter(each -> !each.equals(range))
                        .toArray(GuestMemfdRange[]::new));
        invalidateLock.upWrite(cpu);
    }

    private void publish(Cpu cpu, GuestMemfdRange[] next) {
        cpu.writes(this);
        bound = next;
    }

    private Stream<GuestMemfdRange> touched(Cpu cpu, long start, long end) {
        cpu.reads(this);
        return Arrays.stream(bound).filter(range -> range.overlaps(start, end));
    }

    private long[] gfns(Cpu cpu, long start, long end) {
        return touched(cpu, start, end)
                .flatMapToLong(range ->
                        java.util.stream.LongStream.of(range.firstGfn(start), range.endGfn(end)))
                .toArray();
    }

    // --- pages -------------------------------------------------------------------------------

    /// The page behind `gfn` of a slot (`kvm_gmem_get_pfn`); always one of 4 KiB. May sleep.
    ///
    /// @param claim filled in: an owned page; or an error: [PageClaim#FAULT] without a binding,
    ///     [PageClaim#HWPOISON], [PageClaim#NOMEM]
    void find(Cpu cpu, GuestMemfdRange range, long gfn, PageClaim claim) {
        cpu.reads(this);
        if (Arrays.asList(bound).contains(range)) {
            pages.find(cpu, range.index(gfn), claim);
        } else {
            claim.fail(PageClaim.FAULT);
        }
    }

    /// Takes pages `[start, end)` out of the file, and from the guest (`FALLOC_FL_PUNCH_HOLE`).
    /// What is found there afterwards is zeroes. May sleep.
    public void punchHole(Cpu cpu, long start, long end) {
        invalidateLock.downWrite(cpu);
        if (!steps.zapsBeforeHole()) {
            pages.truncate(cpu, start, end);
        }
        long[] gfns = gfns(cpu, start, end);
        guest.begin(cpu, gfns);
        if (!steps.cutsBeforeGateOpens()) {
            guest.end(cpu, gfns);
        }
        pages.truncate(cpu, start, end);
        if (steps.cutsBeforeGateOpens()) {
            guest.end(cpu, gfns);
        }
        invalidateLock.upWrite(cpu);
    }

    /// The last user of the file closes it (`kvm_gmem_release`): faults find no page in it any
    /// more, nothing is mapped from it, and its pages go. `slots_lock` is held.
    public void release(Cpu cpu) {
        invalidateLock.downWrite(cpu);
        long[] gfns = gfns(cpu, 0, pages.pages());
        released = true;
        publish(cpu, NONE);
        guest.begin(cpu, gfns);
        pages.close(cpu);
        guest.end(cpu, gfns);
        invalidateLock.upWrite(cpu);
    }

    /// `kvm_gmem_error_folio`: whoever looks for the page finds that it is broken; here it is taken
    /// from the guest.
    private void broken(Cpu cpu, long index) {
        invalidateLock.downRead(cpu);
        long[] gfns = gfns(cpu, index, index + 1);
        guest.begin(cpu, gfns);
        guest.end(cpu, gfns);
        invalidateLock.upRead(cpu);
    }
}
