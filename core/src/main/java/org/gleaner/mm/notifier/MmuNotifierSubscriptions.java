package org.gleaner.mm.notifier;

import java.util.Arrays;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Srcu;

/// The subscribers of one address space and the loops over them (`struct
/// mmu_notifier_subscriptions`).
///
/// The list is an immutable array behind one volatile reference. Every call runs in a read section
/// of the notifiers' SRCU, so a subscriber that was taken off the list may still be called until
/// the grace period of [#unregister] or [#release] has passed, and never after it.
///
/// An invalidation reads the list twice, for its start and for its end. Between the two nobody may
/// join: a subscriber that has seen the end alone has counted one invalidation less than none, and
/// one that has missed the start may have mapped what is being taken away. So who starts an
/// invalidation holds a lock of the address space until its end, and who joins takes [AllLocks].
/// Leaving needs none of that; who has left cares for no end.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `subscribers` | register, under all locks; remove; both under `lock` | volatile | loops, in `srcu` | volatile |
/// | `subscribers` | the same | volatile | [#isEmpty], no section | volatile, a hint |
///
/// Young queries OR their answers over all subscribers; a test ends at the first young. The loops
/// of the later API generations stand with their operations ([YoungGeneration]).
public final class MmuNotifierSubscriptions {
    private static final MmuNotifier[] NONE = {};

    private final Srcu srcu = new Srcu(LockClass.MN_SRCU);
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.NOTIFIER_LIST_LOCK);
    private final AllLocks locks;
    private volatile MmuNotifier[] subscribers = NONE;

    /// Keeps invalidations of an address space away (`mm_take_all_locks`).
    public interface AllLocks {
        /// Waits until no invalidation is under way, and lets none start. May sleep.
        void take(Cpu cpu);

        /// Ends what [#take] began.
        void drop(Cpu cpu);
    }

    /// @param locks what everybody who invalidates holds one of
    public MmuNotifierSubscriptions(AllLocks locks) {
        this.locks = locks;
    }

    /// The subscribers of what is not invalidated while any of them joins.
    public MmuNotifierSubscriptions() {
        this(
                new AllLocks() {
                    @Override
                    public void take(Cpu cpu) {}

                    @Override
                    public void drop(Cpu cpu) {}
                });
    }

    /// `mm_has_notifiers`: a plain test, for the hot path.
    public boolean isEmpty() {
        return subscribers.length == 0;
    }

    /// Adds a subscriber, once no invalidation of this address space is under way
    /// (`mmu_notifier_register`). May sleep; no lock of memory management may be held.
    public void register(Cpu cpu, MmuNotifier notifier) {
        locks.take(cpu);
        lock.lock(cpu);
        MmuNotifier[] more = Arrays.copyOf(subscribers, subscribers.length + 1);
        more[more.length - 1] = notifier;
        cpu.writes(this);
        subscribers = more;
        lock.unlock(cpu);
        locks.drop(cpu);
    }

    /// Removes a subscriber and waits until no call into it is running; calls its `release` first
    /// if the address space still lives.
    public void unregister(Cpu cpu, MmuNotifier notifier) {
        int section = srcu.readLock(cpu);
        cpu.reads(this);
        boolean listed = Arrays.asList(subscribers).contains(notifier);
        if (listed) {
            notifier.release(cpu);
        }
        srcu.readUnlock(cpu, section);
        if (listed) {
            remove(cpu, notifier);
        }
        srcu.synchronize(cpu);
    }

    private void remove(Cpu cpu, MmuNotifier notifier) {
        lock.lock(cpu);
        cpu.writes(this);
        subscribers =
                Arrays.stream(subscribers)
                        .filter(other -> other != notifier)
                        .toArray(MmuNotifier[]::new);
        lock.unlock(cpu);
    }

    /// `mmu_notifier_clear_flush_young`: ORs over all subscribers.
    public boolean clearFlushYoung(Cpu cpu, long start, long end) {
        if (isEmpty()) {
            return false;
        }
        int section = begin(cpu, KernelFunction.NOTIFIER_CLEAR_FLUSH_YOUNG);
        boolean young = false;
        for (MmuNotifier subscriber : subscribers) {
            call(cpu);
            young |= subscriber.clearFlushYoung(cpu, start, end);
        }
        end(cpu, section);
        return young;
    }

    /// `mmu_notifier_clear_young`: ORs over all subscribers.
    public boolean clearYoung(Cpu cpu, long start, long end) {
        if (isEmpty()) {
            return false;
        }
        int section = begin(cpu, KernelFunction.NOTIFIER_CLEAR_YOUNG);
        boolean young = false;
        for (MmuNotifier subscriber : subscribers) {
            call(cpu);
            young |= subscriber.clearYoung(cpu, start, end);
        }
        end(cpu, section);
        return young;
    }

    /// `mmu_notifier_test_young`: ends at the first young.
    public boolean testYoung(Cpu cpu, long vpn) {
        if (isEmpty()) {
            return false;
        }
        int section = begin(cpu, KernelFunction.NOTIFIER_TEST_YOUNG);
        boolean young = false;
        for (MmuNotifier subscriber : subscribers) {
            call(cpu);
            young = subscriber.testYoung(cpu, vpn);
            if (young) {
                break;
            }
        }
        end(cpu, section);
        return young;
    }

    /// `mmu_notifier_invalidate_range_start`. The caller holds mmap_lock, or the lock of an object
    /// that the range shows, in any mode, until the end.
    public void invalidateRangeStart(
            Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
        if (isEmpty()) {
            return;
        }
        int section = begin(cpu, KernelFunction.NOTIFIER_INVALIDATE_START);
        for (MmuNotifier subscriber : subscribers) {
            call(cpu);
            subscriber.invalidateRangeStart(cpu, start, end, mayBlock, event);
        }
        end(cpu, section);
    }

    /// `mmu_notifier_invalidate_range_end`.
    public void invalidateRangeEnd(Cpu cpu, long start, long end) {
        if (isEmpty()) {
            return;
        }
        int section = begin(cpu, KernelFunction.NOTIFIER_INVALIDATE_END);
        for (MmuNotifier subscriber : subscribers) {
            call(cpu);
            subscriber.invalidateRangeEnd(cpu, start, end);
        }
        end(cpu, section);
    }

    /// `__mmu_notifier_release`: the address space goes away. Tells all, empties the list and waits
    /// until no call is running.
    public void release(Cpu cpu) {
        int section = srcu.readLock(cpu);
        cpu.reads(this);
        for (MmuNotifier subscriber : subscribers) {
            subscriber.release(cpu);
        }
        lock.lock(cpu);
        cpu.writes(this);
        subscribers = NONE;
        lock.unlock(cpu);
        srcu.readUnlock(cpu, section);
        srcu.synchronize(cpu);
    }

    /// Opens the frame and the read section of one loop.
    int begin(Cpu cpu, KernelFunction f) {
        cpu.enter(f);
        int section = srcu.readLock(cpu);
        cpu.reads(this);
        return section;
    }

    /// Closes what [#begin] opened.
    void end(Cpu cpu, int section) {
        srcu.readUnlock(cpu, section);
        cpu.exit();
    }

    /// Charges the fixed part of one call into one subscriber.
    void call(Cpu cpu) {
        cpu.charge(Cost.NOTIFIER_CALL);
    }

    /// The list of this moment; to be read once, inside [#begin] and [#end].
    MmuNotifier[] subscribers() {
        return subscribers;
    }
}
