package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockedCount;

/// What keeps a page fault from installing a page that the host is taking away: the invalidation
/// count, the range and the sequence number of `struct kvm`.
///
/// ## The protocol
///
/// ```
/// host                                        fault
/// begin: in_progress++, range                 seq = snapshot()
/// zap, flush, unlock                          pfn = resolve                   (may sleep)
/// ... the host changes its page table ...     lock mmu_lock
/// lock                                        retry if in_progress and gfn in range, or seq moved
/// end: seq++, then in_progress--              install, unlock
/// ```
///
/// A fault that resolved its page before the host changed it finds, under `mmu_lock`, either the
/// count still raised or the sequence number moved. It cannot miss both: `end` raises the sequence
/// before it lowers the count, and the fault read the sequence before it resolved. Were the order
/// of the two stores reversed, a fault between them would pass.
///
/// While the count is not zero the range only grows: a second invalidation merges with the first,
/// and the gap between them is closed as well. The first begin after zero starts afresh. Aging
/// takes no part: it creates no translation.
///
/// Beside it stands `mn_active`, raised before the gate closes and lowered after it opens again,
/// whether or not the range touches a slot. The set of slots is swapped only while it is zero, so
/// that start and end of one invalidation see the same slots.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `SEQ` | end, lock write | release | snapshot | acquire | the fault's later reads of the host |
/// | `SEQ` | the same | release | retry, lock | acquire | the lock |
/// | count, range | begin, add, end, lock write | release | retry, lock | acquire | the lock |
/// | count, range, `SEQ` | the same | release | retryUnsafe | acquire | nothing: asked again |
/// | `active` | enter, leave, its lock | release | lockIdle, its lock | acquire | the lock |
/// | `active` | the same | release | isActive | acquire | `SEQ`, moved before it is lowered |
final class InvalidateGate {
    private static final int SEQ = 8, IN_PROGRESS = 9, START = 10, END = 11, LINE = 24;

    private final long[] state = new long[LINE];
    private final LockedCount active = new LockedCount(LockClass.MN_INVALIDATE_LOCK);

    // --- faults ------------------------------------------------------------------------------

    /// The sequence number; everything the caller reads later comes after it
    /// (`mmu_invalidate_seq`).
    long snapshot(Cpu cpu) {
        return cpu.load(state, SEQ);
    }

    /// Whether a fault on `gfn` is stale; to be asked under `mmu_lock`, and binding
    /// (`mmu_invalidate_retry_gfn`).
    boolean retry(Cpu cpu, long seq, long gfn) {
        if (cpu.peek(state, IN_PROGRESS) != 0) {
            long start = cpu.peek(state, START);
            long end = cpu.peek(state, END);
            assert start < end : "an invalidation without a range";
            if (gfn >= start && gfn < end) {
                return true;
            }
        }
        return cpu.peek(state, SEQ) != seq;
    }

    /// The same for architectures where an invalidation of anything stands in the way
    /// (`mmu_invalidate_retry`).
    boolean retryAny(Cpu cpu, long seq) {
        return cpu.peek(state, IN_PROGRESS) != 0 || cpu.peek(state, SEQ) != seq;
    }

    /// As [#retry] without the lock: saves taking it in vain, and may err both ways
    /// (`mmu_invalidate_retry_gfn_unsafe`).
    boolean retryUnsafe(Cpu cpu, long seq, long gfn) {
        if (cpu.peek(state, IN_PROGRESS) != 0
                && gfn >= cpu.peek(state, START)
                && gfn < cpu.peek(state, END)) {
            return true;
        }
        return cpu.peek(state, SEQ) != seq;
    }

    // --- invalidations, under mmu_lock write ---------------------------------------------------

    /// Whether an invalidation of anything is under way; for holders of `mmu_lock`.
    boolean isInvalidating(Cpu cpu) {
        return cpu.peek(state, IN_PROGRESS) != 0;
    }

    /// `kvm_mmu_invalidate_begin`: once per invalidation, however many slots it touches.
    void begin(Cpu cpu) {
        long count = cpu.peek(state, IN_PROGRESS) + 1;
        cpu.store(state, IN_PROGRESS, count);
        if (count == 1) {
            cpu.store(state, START, Long.MAX_VALUE);
            cpu.store(state, END, Long.MIN_VALUE);
        }
    }

    /// `kvm_mmu_invalidate_range_add`: guest pages `[start, end)` go.
    void add(Cpu cpu, long start, long end) {
        cpu.store(state, START, Math.min(cpu.peek(state, START), start));
        cpu.store(state, END, Math.max(cpu.peek(state, END), end));
    }

    /// `kvm_mmu_invalidate_end`.
    ///
    /// @throws IllegalStateException if none is in progress
    void end(Cpu cpu) {
        long count = cpu.peek(state, IN_PROGRESS);
        if (count <= 0) {
            throw new IllegalStateException("an invalidation ends that never began");
        }
        cpu.store(state, SEQ, cpu.peek(state, SEQ) + 1);
        // Release order: pairs with the acquire of snapshot, see above.
        cpu.store(state, IN_PROGRESS, count - 1);
    }

    // --- slots -------------------------------------------------------------------------------

    /// An invalidation is on its way: delays the next swap of slots.
    void enter(Cpu cpu) {
        active.add(cpu, 1);
    }

    /// Whether one is on its way; what the caller reads later comes after the answer.
    boolean isActive(Cpu cpu) {
        return active.get(cpu) != 0;
    }

    /// It is over.
    void leave(Cpu cpu) {
        active.add(cpu, -1);
    }

    /// Sleeps until no invalidation is on its way and keeps new ones out until [#unlockIdle].
    void lockIdle(Cpu cpu) {
        active.lockAtZero(cpu);
    }

    void unlockIdle(Cpu cpu) {
        active.unlock(cpu);
    }
}
