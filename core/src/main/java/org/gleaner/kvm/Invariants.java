package org.gleaner.kvm;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.TableSlab;

/// What must always hold of a VM's second stage, checked while it runs. Armed by assertions
/// (`-ea`); unarmed, every method folds to nothing.
///
/// | | invariant | checked where |
/// |---|---|---|
/// | I1 | an accessed bit that was set is taken exactly once | [#balanced], over a VM's life |
/// | I2 | aging changes nothing but A, or makes exactly the tracked form | [#aged] |
/// | I3 | a page that could be written is dirty before its mapping goes | [#zapped] |
/// | I4 | what was zapped stays zapped | [#absent], [#balanced] |
/// | I5 | a frozen entry is never altered | [#detached], when its table is freed |
/// | I6 | no table is read after it was freed | [#readable], in every walk |
/// | I7 | agers see only roots that are listed and valid | [#visited] |
/// | I9 | nothing is installed inside an invalidation | [#installs], [#absent] at its end |
/// | I10 | no access through a translation that is gone, once its flush is done | [#cached] |
/// | I14 | restoring gives back R and X, and never W | [#restored] |
/// | I19 | every bit lies in its bitmap | [#bitInRange] |
/// | I20 | a test clears nothing | [#aged] |
///
/// The ledgers are kept by atomic counters beside the steps they count. They may lag while actors
/// run; they must balance when all have stopped.
final class Invariants {
    /// Whether anything here checks.
    static final boolean ARMED = Invariants.class.desiredAssertionStatus();

    private final SpteFormat format;

    /// Leaves installed less leaves zapped.
    private final AtomicLong leaves = new AtomicLong();

    /// Accessed bits set less accessed bits taken, in leaves.
    private final AtomicLong young = new AtomicLong();

    /// Zaps whose flush is not done yet.
    private final AtomicInteger flushOwed = new AtomicInteger();

    /// For each mapped page: how many leaves map it, and bit 32 if it was released dirty.
    private final ConcurrentHashMap<Long, Long> pages = new ConcurrentHashMap<>();

    private static final long DIRTY = 1L << 32;

    Invariants(SpteFormat format) {
        this.format = format;
    }

    static AssertionError broken(String what) {
        return new AssertionError(what);
    }

    // --- entries -----------------------------------------------------------------------------

    /// A leaf entry changed from `old` to `now`, by one atomic step.
    void changed(long old, long now) {
        if (!ARMED) {
            return;
        }
        boolean was = format.isPresent(old);
        boolean is = format.isPresent(now);
        leaves.addAndGet((is ? 1 : 0) - (was ? 1 : 0));
        young.addAndGet(
                (is && format.isAccessed(now) ? 1 : 0) - (was && format.isAccessed(old) ? 1 : 0));
    }

    /// An ager is about to turn `old` into `now`.
    void aged(long old, long now, boolean clear) {
        if (!ARMED) {
            return;
        }
        if (!clear) {
            throw broken("I20: a test clears an accessed bit");
        }
        if (now != format.markForAccessTrack(old)) {
            throw broken("I2: aging turns " + hex(old) + " into " + hex(now));
        }
    }

    /// A fast fault is about to turn a tracked leaf into `now`.
    void restored(long tracked, long now, boolean write) {
        if (!ARMED) {
            return;
        }
        long unwritten = write ? now & ~SpteFormat.WRITE_BIT : now;
        if (format.markForAccessTrack(unwritten) != tracked
                || !write && format.isWritable(now)
                || unwritten != (format.restoreAccessTrack(tracked) | format.accessed)) {
            throw broken("I14: " + hex(tracked) + " is restored as " + hex(now));
        }
    }

    /// A walk has read `entry`.
    static void readable(long entry) {
        if (ARMED && entry == TableSlab.POISON) {
            throw broken("I6: a walk reads a freed table");
        }
    }

    /// The root is being aged. It may become invalid meanwhile; it must not have been when it was
    /// looked at.
    void visited(TdpRoot root, boolean wasInvalid) {
        if (ARMED && (root.isFreed() || wasInvalid)) {
            throw broken(
                    "I7: an ager visits a root that is " + (root.isFreed() ? "freed" : "invalid"));
        }
    }

    /// A detached table is about to be freed.
    void detached(long[] words, int base) {
        if (!ARMED) {
            return;
        }
        for (int i = base; i < base + TableSlab.ENTRIES; i++) {
            if (words[i] != format.frozen && words[i] != format.empty) {
                throw broken("I5: a detached entry became " + hex(words[i]));
            }
        }
    }

    /// A bitmap of `words` words is about to be used at `bit`.
    static void bitInRange(int bit, int words) {
        if (ARMED && (bit < 0 || bit >= words << 6)) {
            throw broken("I19: bit " + bit + " of a bitmap of " + words + " words");
        }
    }

    // --- invalidations -----------------------------------------------------------------------

    /// A fault is about to install `gfn`, under `mmu_lock`.
    void installs(Cpu cpu, InvalidateGate gate, long seq, long gfn) {
        if (ARMED && gate.retry(cpu, seq, gfn)) {
            throw broken("I9: gfn " + gfn + " is installed during or across an invalidation");
        }
    }

    /// Nothing may be mapped in a range: after its zap, and at the end of its invalidation.
    void absent(long leaf, long gfn, boolean atEnd) {
        if (ARMED && format.isPresent(leaf)) {
            throw broken(
                    atEnd
                            ? "I4, I9: gfn " + gfn + " was mapped during its invalidation"
                            : "I4: gfn " + gfn + " is mapped again after its zap");
        }
    }

    /// A zap that owes a flush begins.
    void zapBegins() {
        if (ARMED) {
            flushOwed.incrementAndGet();
        }
    }

    /// The flush is done, or was not needed.
    void zapFlushed() {
        if (ARMED) {
            flushOwed.decrementAndGet();
        }
    }

    /// A vCPU uses the cached translation `cached`; the entry behind it is `entry` by now.
    void cached(Cpu cpu, VcpuRequests requests, long cached, long entry) {
        if (!ARMED || format.isPresent(entry) && format.pfn(entry) == format.pfn(cached)) {
            return;
        }
        if (flushOwed.get() == 0 && !requests.arePending(cpu)) {
            throw broken("I10: an access through " + hex(cached) + ", which is gone and flushed");
        }
    }

    // --- pages -------------------------------------------------------------------------------

    /// A leaf that maps `pfn` is being installed.
    void installed(long pfn) {
        if (ARMED) {
            pages.merge(pfn, 1L, Long::sum);
        }
    }

    /// The page was marked dirty, under `mmu_lock`.
    void dirtied(Cpu cpu, long pfn) {
        if (ARMED) {
            cpu.writes(pages);
            pages.computeIfPresent(pfn, (p, use) -> use | DIRTY);
        }
    }

    /// A leaf was zapped. Its page must have been marked dirty if a guest may have written to it;
    /// faults that installed it have marked it, for they held the lock until then.
    void zapped(Cpu cpu, long leaf) {
        if (!ARMED) {
            return;
        }
        cpu.reads(pages);
        long pfn = format.pfn(leaf);
        Long use = pages.get(pfn);
        if (use != null
                && (use & DIRTY) == 0
                && (format.isWritable(leaf) || format.isDirty(leaf))) {
            throw broken("I3: page " + pfn + " may have been written and was never marked dirty");
        }
        pages.computeIfPresent(pfn, (p, u) -> (int) (long) u == 1 ? null : u - 1);
    }

    // --- the end -----------------------------------------------------------------------------

    /// All leaves are gone and all actors have stopped.
    void balanced() {
        if (!ARMED) {
            return;
        }
        if (leaves.get() != 0) {
            throw broken("I4: leaves installed and zapped differ by " + leaves.get());
        }
        if (young.get() != 0) {
            throw broken("I1: accessed bits set and taken differ by " + young.get());
        }
    }

    private static String hex(long entry) {
        return Long.toHexString(entry);
    }
}
