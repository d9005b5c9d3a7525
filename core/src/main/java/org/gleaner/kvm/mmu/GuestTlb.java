package org.gleaner.kvm.mmu;

import java.util.Arrays;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Mailbox;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// A vCPU's own page walker and what it remembers: hardware, as far as the second stage can tell.
///
/// Two caches, both private to the vCPU:
///
/// - the *directory* maps a gfn's upper bits to the table that its leaf is in, as a
///   paging-structure cache does: the level-1 table, or the one above that holds a huge leaf. The
///   leaf itself is read at each access. Only the unlinking of tables makes the directory stale, so
///   a flush empties it only after one ([SecondaryMmu#unlinkEpoch]);
/// - the *TLB*, if it is modelled: gfn to leaf, direct-mapped. An access that finds its leaf there,
///   with the permission and the A and D bits it needs, does not look at the table: aging without a
///   flush is not seen, and neither is a zap until the flush.
///
/// Without a TLB every access reads its entry, at the price of one load and a test. A hit changes
/// nothing, so runs of hits are private work.
///
/// An access must follow a poll for requests with no time in between; then every table it reaches
/// is still there, because whoever unlinked one has not yet been answered.
@OneCpu
public final class GuestTlb {
    private static final int FIRST_DIRECTORY = 64, LAST_DIRECTORY = 1 << 16;
    private static final long NOWHERE = -1;
    private static final int GFN_BITS = 40;
    private static final int OFFSET = 0x7fff_ffff;

    /// In the directory, above every table: the table is of level 2, and of level 3.
    private static final int OF_2M = 1 << 29, OF_1G = 1 << 30;

    /// An access would set D, and there is no room to note that it did: exit, and try again.
    public static final int LOG_FULL = 3;

    private final SecondaryMmu mmu;
    private final Mailbox box;
    private final @Nullable CpuDirtyLog dirtyLog;
    private final RadixTable tables;
    private final TableSlab slab;
    private final EntryFormat format;
    private final int tableBits;
    private final int last;
    private final long readHit;
    private final long writeHit;

    /// Table, and its level, in the lower half; upper bits of the gfn in the upper half.
    private long[] directory = new long[FIRST_DIRECTORY];

    private long epoch;

    /// Gfn in the lower 40 bits, generation above.
    private final long[] tlbTag;

    private final long[] tlbLeaf;

    /// What [PageEpochs] has noted of each; only for checks.
    private final long[] tlbRecord;

    private final PageEpochs epochs;
    private long generation;

    /// The caches of one vCPU, empty.
    ///
    /// @param box where the vCPU is asked to flush
    /// @param tlbEntries translations it caches, a power of two; 0 means that every access walks
    /// @param dirtyLog where hardware notes the pages whose D it sets, if it does
    public GuestTlb(SecondaryMmu mmu, Mailbox box, int tlbEntries, @Nullable CpuDirtyLog dirtyLog) {
        this.mmu = mmu;
        this.box = box;
        this.dirtyLog = dirtyLog;
        tables = mmu.tables;
        slab = tables.slab;
        format = tables.format;
        tableBits = tables.geometry.shift(RadixTable.LEVEL_2M);
        last = tables.geometry.entries(RadixTable.LEVEL_4K) - 1;
        readHit = format.readHit;
        writeHit = format.writeHit;
        tlbTag = new long[tlbEntries];
        tlbLeaf = new long[tlbEntries];
        tlbRecord = new long[Invariants.ARMED ? tlbEntries : 0];
        epochs = mmu.invariants.epochs;
        forget();
    }

    /// Drops all: another root is loaded.
    public void forget() {
        epoch = mmu.unlinkEpoch.get();
        Arrays.fill(directory, NOWHERE);
        Arrays.fill(tlbTag, NOWHERE);
        generation = 0;
    }

    /// Drops what a flush must drop.
    public void flush() {
        if (epoch != mmu.unlinkEpoch.get()) {
            forget();
            return;
        }
        generation += 1L << GFN_BITS;
        if (generation < 0) {
            forget();
        }
    }

    // --- runs of hits ------------------------------------------------------------------------

    /// How far from `i` on, below `end`, accesses are hits; see `Vcpu.run` for their form.
    public int hits(Cpu cpu, int root, int[] accesses, int i, int end, long base) {
        return tlbTag.length == 0
                ? walkHits(accesses, i, end, base)
                : tlbHits(cpu, root, accesses, i, end, base);
    }

    /// Without a branch on reads and writes, which traces mix.
    private int walkHits(int[] accesses, int from, int end, long base) {
        long[] dir = directory;
        int mask = dir.length - 1;
        long read = readHit;
        long more = writeHit & ~read;
        int i = from;
        for (; i < end; i++) {
            int access = accesses[i];
            long gfn = base + (access & OFFSET);
            long found = dir[(int) (gfn >>> tableBits) & mask];
            if (found >>> 32 != gfn >>> tableBits) {
                break;
            }
            int table = (int) found;
            long leaf =
                    table < OF_2M
                            ? slab.words(table)[slab.base(table) | (int) gfn & last]
                            : hugeLeaf(table, gfn);
            long need = read | (access >> 31 & more);
            if ((leaf & need) != need) {
                break;
            }
            if (Invariants.ARMED) {
                checkUsed(leaf, levelOf(table), gfn);
            }
        }
        return i;
    }

    /// The huge leaf that maps `gfn`, from the table that the directory knows; 0 if it is none any
    /// more.
    private long hugeLeaf(int known, long gfn) {
        long leaf = slab.words(known & OF_2M - 1)[hugeIndex(known, gfn)];
        return format.isTable(leaf, RadixTable.LEVEL_2M) ? 0 : leaf;
    }

    private static int levelOf(int known) {
        if (known < OF_2M) {
            return RadixTable.LEVEL_4K;
        }
        return known < OF_1G ? RadixTable.LEVEL_2M : RadixTable.LEVEL_1G;
    }

    private void checkUsed(long leaf, int level, long gfn) {
        epochs.used(gfn, format.pfn(tables.smallLeaf(leaf, level, gfn)));
    }

    private int hugeIndex(int known, long gfn) {
        return slab.base(known & OF_2M - 1) | tables.geometry.index(gfn, levelOf(known));
    }

    private int tlbHits(Cpu cpu, int root, int[] accesses, int from, int end, long base) {
        int i = from;
        for (; i < end; i++) {
            int access = accesses[i];
            if (!inTlb(cpu, root, base + (access & OFFSET), access < 0)) {
                break;
            }
        }
        return i;
    }

    /// How far from `gfn` on, below `end`, accesses to one page after another are hits.
    public long sequentialHits(Cpu cpu, int root, long gfn, long end, boolean write) {
        long at = gfn;
        if (tlbTag.length != 0) {
            while (at < end && inTlb(cpu, root, at, write)) {
                at++;
            }
            return at;
        }
        long need = write ? writeHit : readHit;
        while (at < end) {
            long found = directory[(int) (at >>> tableBits) & directory.length - 1];
            if (found >>> 32 != at >>> tableBits) {
                return at;
            }
            long stop = Math.min(end, (at | last) + 1);
            if ((int) found >= OF_2M) {
                long leaf = hugeLeaf((int) found, at);
                if ((leaf & need) != need) {
                    return at;
                }
                for (; Invariants.ARMED && at < stop; at++) {
                    checkUsed(leaf, levelOf((int) found), at);
                }
                at = stop;
                continue;
            }
            long[] words = slab.words((int) found);
            int base = slab.base((int) found);
            for (; at < stop; at++) {
                long leaf = words[base | (int) at & last];
                if ((leaf & need) != need) {
                    return at;
                }
                if (Invariants.ARMED) {
                    checkUsed(leaf, RadixTable.LEVEL_4K, at);
                }
            }
        }
        return at;
    }

    private boolean inTlb(Cpu cpu, int root, long gfn, boolean write) {
        int k = (int) gfn & tlbTag.length - 1;
        long need = write ? writeHit : readHit;
        if (tlbTag[k] != (generation | gfn) || (tlbLeaf[k] & need) != need) {
            return false;
        }
        if (Invariants.ARMED) {
            long entry = current(cpu, root, gfn);
            mmu.invariants.cached(cpu, box, tlbLeaf[k], entry);
            mmu.invariants.written(cpu, box, write, entry);
            epochs.used(gfn, format.pfn(tlbLeaf[k]), tlbRecord[k]);
        }
        return true;
    }

    private long current(Cpu cpu, int root, long gfn) {
        for (; ; ) {
            long found = tables.leafAt(cpu, root, gfn);
            if (found < 0) {
                return format.empty;
            }
            long slot = RadixTable.slotOf(found);
            int level = RadixTable.levelOf(found);
            long entry = cpu.peek(slab.slotWords(slot), slab.slotIndex(slot));
            if (!format.isTable(entry, level)) {
                return tables.smallLeaf(entry, level, gfn);
            }
        }
    }

    // --- one access --------------------------------------------------------------------------

    /// One access: walks if it must, and sets A and D as hardware does.
    ///
    /// @return the leaf, or one of [HardwareWalk#FAULT_NOT_PRESENT],
    ///     [HardwareWalk#FAULT_PROTECTION] and [#LOG_FULL], which no leaf equals
    public long access(Cpu cpu, int root, long gfn, boolean write) {
        if (tlbTag.length == 0) {
            return freshWalk(cpu, root, gfn, write);
        }
        int k = (int) gfn & tlbTag.length - 1;
        if (inTlb(cpu, root, gfn, write)) {
            return tlbLeaf[k];
        }
        long leaf = freshWalk(cpu, root, gfn, write);
        cpu.charge(Cost.WALK_2D);
        if (!isFault(leaf)) {
            tlbTag[k] = generation | gfn;
            tlbLeaf[k] = leaf;
            if (Invariants.ARMED) {
                tlbRecord[k] = epochs.of(gfn);
            }
        }
        return leaf;
    }

    /// Whether an answer of [#access] is no leaf.
    public static boolean isFault(long leaf) {
        return (leaf & ~3L) == 0;
    }

    /// A fault drops what is remembered of the way to its page: if a table on it has been taken out
    /// since, the next access must find what took its place, flushed or not.
    private long freshWalk(Cpu cpu, int root, long gfn, boolean write) {
        long leaf = walk(cpu, root, gfn, write);
        if (Invariants.ARMED && !isFault(leaf)) {
            epochs.used(gfn, format.pfn(leaf));
        }
        if (isFault(leaf) && epoch != mmu.unlinkEpoch.get()) {
            directory[(int) (gfn >>> tableBits) & directory.length - 1] = NOWHERE;
        }
        return leaf;
    }

    /// What is cached of a huge leaf is the part that maps the page. One that is split meanwhile is
    /// looked for again.
    private long walk(Cpu cpu, int root, long gfn, boolean write) {
        for (; ; ) {
            long found = leaf(cpu, root, gfn);
            if (found < 0) {
                return HardwareWalk.FAULT_NOT_PRESENT;
            }
            int level = RadixTable.levelOf(found);
            if (level == RadixTable.LEVEL_4K) {
                return touch(cpu, slab.slotWords(found), slab.slotIndex(found), level, gfn, write);
            }
            long slot = RadixTable.slotOf(found);
            int i = slab.slotIndex(slot);
            long leaf = touch(cpu, slab.slotWords(slot), i, level, gfn, write);
            if (isFault(leaf)) {
                return leaf;
            }
            if (!format.isTable(leaf, level)) {
                return tables.smallLeaf(leaf, level, gfn);
            }
        }
    }

    /// One access through an entry; see [#access]. The entry as it is, if it has become a table.
    private long touch(Cpu cpu, long[] words, int i, int level, long gfn, boolean write) {
        long need = write ? writeHit : readHit;
        int access = write ? EntryFormat.WRITE : EntryFormat.READ;
        for (; ; ) {
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if ((old & need) == need || format.isTable(old, level)) {
                return old;
            }
            if (!format.permits(old, access)) {
                return HardwareWalk.fault(format, old);
            }
            CpuDirtyLog notes = (need & ~old & format.dirty) != 0 ? dirtyLog : null;
            if (notes != null && notes.isFull()) {
                return LOG_FULL;
            }
            if (mmu.steps.hardwareSet(cpu, format, words, i, old, old | need)) {
                if (notes != null) {
                    notes.note(gfn);
                }
                mmu.invariants.changed(old, old | need);
                cpu.charge(Cost.HW_SET_AD);
                return old | need;
            }
        }
    }

    /// Where `gfn` is mapped, as [RadixTable#leafAt] says it; negative if nowhere.
    private long leaf(Cpu cpu, int root, long gfn) {
        long upper = gfn >>> tableBits;
        long known = directory[(int) upper & directory.length - 1];
        if (known >>> 32 == upper) {
            int table = (int) known;
            if (table < OF_2M) {
                return slab.slot(table, (int) gfn & last);
            }
        }
        long found = tables.leafAt(cpu, root, gfn);
        if (found >= 0) {
            int table = slab.slotTable(RadixTable.slotOf(found));
            switch (RadixTable.levelOf(found)) {
                case RadixTable.LEVEL_4K -> remember(upper, table);
                case RadixTable.LEVEL_2M -> remember(upper, table | OF_2M);
                default -> remember(upper, table | OF_1G);
            }
        }
        return found;
    }

    private void remember(long upper, int table) {
        int k = (int) upper & directory.length - 1;
        long there = directory[k];
        if (there != NOWHERE && there >>> 32 != upper && directory.length < LAST_DIRECTORY) {
            grow();
            k = (int) upper & directory.length - 1;
        }
        directory[k] = upper << 32 | table;
    }

    private void grow() {
        long[] old = directory;
        directory = new long[old.length * 2];
        Arrays.fill(directory, NOWHERE);
        for (long found : old) {
            if (found != NOWHERE) {
                directory[(int) (found >>> 32) & directory.length - 1] = found;
            }
        }
    }
}
