package org.gleaner.kvm.mmu;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Mailbox;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.TableSlab;

/// What must always hold of a VM's second stage, checked while it runs. Armed by assertions
/// (`-ea`); unarmed, every method folds to nothing.
///
/// | | invariant | checked where |
/// |---|---|---|
/// | I1 | an accessed bit that was set is taken exactly once | [#balanced], over a VM's life |
/// | I3 | a page that could be written is dirty before its mapping goes | [#zapped] |
/// | I4 | what was zapped stays zapped | [#absent], [#balanced] |
/// | I6 | no table is read after it was freed | [#readable], in every walk |
/// | I7 | agers see only roots that are listed and valid | [#visited] |
/// | I9 | nothing is installed inside an invalidation | [#installs], [#absent] at its end |
/// | I10 | no access through a translation that is gone, once its flush is done | [#cached] |
/// | I15 | a huge leaf maps pages that are aligned alike in guest and host | [#aligned] |
/// | L1, L2 | what may be written to unseen is in the dirty log | [#logged], when no vCPU runs |
/// | L3 | it is small, unless the log began full | [#small], when no vCPU runs |
/// | L4 | no write past a dirty log, once its flush is done | [#written] |
/// | L6 | nothing is recovered in a slot that is logged | [#recovers] |
/// | I19 | every bit lies in its bitmap | [#bitInRange] |
///
/// P4, that no access goes to a page that was freed, is [PageEpochs]'s.
///
/// Those that speak of an architecture's bits (I2, I5, I14, I20) are with its entries.
///
/// The ledgers are kept by atomic counters beside the steps they count. They may lag while actors
/// run; they must balance when all have stopped.
public final class Invariants {
    /// Whether anything here checks.
    public static final boolean ARMED = Invariants.class.desiredAssertionStatus();

    /// When each mapped page was last freed.
    public final PageEpochs epochs;

    private final EntryFormat format;
    private final Geometry geometry;

    /// Leaves installed less leaves zapped.
    private final AtomicLong leaves = new AtomicLong();

    /// Accessed bits set less accessed bits taken, in leaves.
    private final AtomicLong young = new AtomicLong();

    /// Zaps whose flush is not done yet.
    private final AtomicInteger flushOwed = new AtomicInteger();

    /// For each mapped page: how many leaves map it, and bit 32 if it was released dirty.
    private final ConcurrentHashMap<Long, Long> pages = new ConcurrentHashMap<>();

    private static final long DIRTY = 1L << 32;

    /// @param freed how often a frame was freed until now
    public Invariants(EntryFormat format, Geometry geometry, IntUnaryOperator freed) {
        this.format = format;
        this.geometry = geometry;
        epochs = new PageEpochs(geometry, freed);
    }

    /// What a broken invariant throws.
    public static AssertionError broken(String what) {
        return new AssertionError(what);
    }

    // --- entries -----------------------------------------------------------------------------

    /// A leaf entry changed from `old` to `now`, by one atomic step.
    public void changed(long old, long now) {
        if (!ARMED) {
            return;
        }
        boolean was = format.isPresent(old);
        boolean is = format.isPresent(now);
        leaves.addAndGet((is ? 1 : 0) - (was ? 1 : 0));
        young.addAndGet(
                (is && format.isAccessed(now) ? 1 : 0) - (was && format.isAccessed(old) ? 1 : 0));
    }

    /// A huge leaf became `parts` leaves that are as young as it was.
    public void split(long huge, long parts) {
        if (ARMED) {
            leaves.addAndGet(parts - 1);
            young.addAndGet(format.isAccessed(huge) ? parts - 1 : 0);
        }
    }

    /// A walk has read `entry`.
    public static void readable(long entry) {
        if (ARMED && entry == TableSlab.POISON) {
            throw broken("I6: a walk reads a freed table");
        }
    }

    /// The root is being aged. It may become invalid meanwhile; it must not have been when it was
    /// looked at.
    public void visited(MmuRoot root, boolean wasInvalid) {
        if (ARMED && (root.isFreed() || wasInvalid)) {
            throw broken(
                    "I7: an ager visits a root that is " + (root.isFreed() ? "freed" : "invalid"));
        }
    }

    /// A bitmap of `words` words is about to be used at `bit`.
    public static void bitInRange(int bit, int words) {
        if (ARMED && (bit < 0 || bit >= words << 6)) {
            throw broken("I19: bit " + bit + " of a bitmap of " + words + " words");
        }
    }

    // --- invalidations -----------------------------------------------------------------------

    /// A fault is about to install `gfn`, under `mmu_lock`; the gate says whether it is stale.
    public void installs(boolean stale, long gfn) {
        if (ARMED && stale) {
            throw broken("I9: gfn " + gfn + " is installed during or across an invalidation");
        }
    }

    /// Nothing may be mapped in a range: after its zap, and later: at the end of its
    /// invalidation, or where others were let in before.
    public void absent(long leaf, long gfn, boolean later) {
        if (ARMED && format.isPresent(leaf)) {
            throw broken(
                    later
                            ? "I4, I9: gfn " + gfn + " was mapped during its invalidation"
                            : "I4: gfn " + gfn + " is mapped again after its zap");
        }
    }

    /// A zap that owes a flush begins.
    public void zapBegins() {
        if (ARMED) {
            flushOwed.incrementAndGet();
        }
    }

    /// The flush is done, or was not needed.
    public void zapFlushed() {
        if (ARMED) {
            flushOwed.decrementAndGet();
        }
    }

    /// A vCPU uses the cached translation `cached`; the entry behind it is `entry` by now.
    public void cached(Cpu cpu, Mailbox box, long cached, long entry) {
        if (!ARMED || format.isPresent(entry) && format.pfn(entry) == format.pfn(cached)) {
            return;
        }
        if (flushOwed.get() == 0 && cpu.pendingRequests(box) == 0) {
            throw broken("I10: an access through " + hex(cached) + ", which is gone and flushed");
        }
    }

    /// A vCPU uses a cached translation, for a write or not; the entry behind it is `entry` by now.
    /// Where hardware keeps A and D nothing but the dirty log takes a leaf's W or D alone.
    public void written(Cpu cpu, Mailbox box, boolean write, long entry) {
        if (!ARMED
                || !write
                || !format.hardwareAccessedDirty
                || !format.isPresent(entry)
                || format.permits(entry, EntryFormat.WRITE)
                        && (format.dirty == 0 || format.isDirty(entry))) {
            return;
        }
        if (flushOwed.get() == 0 && cpu.pendingRequests(box) == 0) {
            throw broken("L4: a write past the dirty log, whose entry is " + hex(entry));
        }
    }

    /// L1, and L2 where hardware notes what is written to: a page of a slot that is logged may be
    /// written to unseen.
    public static void logged(boolean marked, boolean noted, long gfn) {
        if (ARMED && !marked) {
            throw broken(
                    (noted ? "L2: gfn " : "L1: gfn ")
                            + gfn
                            + " may be written to and is not in the dirty log");
        }
    }

    /// L3: a huge leaf of a slot that is logged may be written to.
    public static void small(boolean mayBe, long gfn) {
        if (ARMED && !mayBe) {
            throw broken("L3: gfn " + gfn + " of a dirty log may be written to by a huge leaf");
        }
    }

    /// L6: leaves of a slot are about to become huge again.
    public static void recovers(boolean unlogged, int slot) {
        if (ARMED && !unlogged) {
            throw broken("L6: memory slot " + slot + " is recovered while it is logged");
        }
    }

    // --- pages -------------------------------------------------------------------------------

    /// A leaf of `level` is being installed that maps pages from `pfn` on.
    public void installed(long pfn, int level) {
        for (long page = pfn; ARMED && page < pfn + geometry.pages(level); page++) {
            pages.merge(page, 1L, Long::sum);
        }
    }

    /// A guest page is about to be mapped by a leaf of `level`.
    public void aligned(long gfn, long pfn, int level) {
        if (ARMED && (gfn - pfn & geometry.pages(level) - 1) != 0) {
            throw broken("I15: gfn " + gfn + " and pfn " + pfn + " differ below level " + level);
        }
    }

    /// What a leaf of `level` at `pfn` maps was marked dirty, under `mmu_lock`.
    public void dirtied(Cpu cpu, long pfn, int level) {
        if (!ARMED) {
            return;
        }
        cpu.writes(pages);
        long first = geometry.alignDown(pfn, level);
        for (long page = first; page < first + geometry.pages(level); page++) {
            pages.computeIfPresent(page, (p, use) -> use | DIRTY);
        }
    }

    /// A leaf was zapped. The pages that no other leaf maps must have been marked dirty if a guest
    /// may have written to them; faults that installed it have marked them, for they held the lock
    /// until then. Where a huge leaf has taken its place, those faults may still be under way.
    public void zapped(Cpu cpu, long leaf, int level) {
        if (!ARMED) {
            return;
        }
        cpu.reads(pages);
        boolean written = format.permits(leaf, EntryFormat.WRITE) || format.isDirty(leaf);
        long first = format.pfn(leaf);
        for (long page = first; page < first + geometry.pages(level); page++) {
            Long use = pages.get(page);
            if (written && use != null && use == 1) {
                throw broken(
                        "I3: page " + page + " may have been written and was never marked dirty");
            }
            pages.computeIfPresent(page, (p, u) -> (int) (long) u == 1 ? null : u - 1);
        }
    }

    // --- the end -----------------------------------------------------------------------------

    /// All leaves are gone and all actors have stopped.
    public void balanced() {
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
