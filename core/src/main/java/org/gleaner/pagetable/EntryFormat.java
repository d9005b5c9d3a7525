package org.gleaner.pagetable;

/// What the bits of a page-table entry mean: the part that primary and secondary tables share.
///
/// A format is data: masks. Its operations are pure functions from entry to entry and touch no
/// memory; the atomic changes are `Spte`, `Pte` and [HardwareWalk]. Which bits mean what is an
/// architecture's to say. One thing is the same everywhere: an entry is a *table* (points to the
/// next lower level) iff it is present and not a huge leaf, and its address field then holds the id
/// of a [TableSlab] table. What tells a huge leaf is a bit that it has, or one that it has not.
///
/// Levels count from 1 (leaves of one page) up to the root's, as in KVM; how many there are, and
/// how wide, is the [Geometry]'s to say.
public abstract class EntryFormat {
    /// Guest or user reads.
    public static final int READ = 0;

    /// Writes; implies that the entry is readable.
    public static final int WRITE = 1;

    /// Instruction fetches.
    public static final int EXEC = 2;

    private final String name;

    /// The bit that marks a leaf above level 1. Means nothing at level 1.
    public final long hugeLeaf;

    /// The bit that every present entry but a leaf above level 1 has.
    public final long notHuge;

    /// An entry above level 1 is a table iff it has, of the bits of this,
    final long tableMask;

    /// exactly these.
    final long tableValue;

    /// The bits that hold a page frame, or a table.
    public final long address;

    /// Where the address field begins.
    public final int addressShift;

    /// The bit that makes an entry present for software.
    public final long present;

    /// What every entry of a fresh table holds.
    public final long empty;

    /// The accessed bit, of leaves and of tables.
    public final long accessed;

    /// The bits of leaves any of which says that the page is dirty; see [#inverted].
    public final long dirty;

    /// Of [#dirty], what says so by being clear. If there is any, a write clears that, and the
    /// others are for software.
    public final long inverted;

    /// True if the walker sets [#accessed] and [#dirty] by itself.
    public final boolean hardwareAccessedDirty;

    /// A read may pass without any change to the entry iff all these bits are set.
    public final long readHit;

    /// A write may pass without any change to the entry iff all these bits are set, those of
    /// [#inverted] being clear instead.
    public final long writeHit;

    private final long setByWrite;

    /// Not-present for hardware iff all these bits are clear.
    final long hardwarePresent;

    private final long[] permitMask;
    private final long[] permitValue;

    /// @param address the address field; a run of bits
    /// @param hugeLeaf the bit that marks a huge leaf, or 0
    /// @param notHuge the bit whose absence marks one, or 0
    /// @param inverted of `dirty`, what says so by being clear; 0 for none
    /// @param read bits that must be set for a read, besides `present`
    /// @param write bits that must be set for a write, besides those
    /// @param exec bits that must be set for a fetch, besides `present`
    /// @param noExec bits that must be clear for a fetch
    protected EntryFormat(
            String name,
            long address,
            long hugeLeaf,
            long notHuge,
            long present,
            long empty,
            long accessed,
            long dirty,
            long inverted,
            boolean hardwareAccessedDirty,
            long hardwarePresent,
            long read,
            long write,
            long exec,
            long noExec) {
        this.name = name;
        this.address = address;
        this.hugeLeaf = hugeLeaf;
        this.notHuge = notHuge;
        tableMask = present | hugeLeaf | notHuge;
        tableValue = present | notHuge;
        addressShift = Long.numberOfTrailingZeros(address);
        this.present = present;
        this.empty = empty;
        this.accessed = accessed;
        this.dirty = dirty;
        this.inverted = inverted;
        setByWrite = inverted == 0 ? dirty : 0;
        this.hardwareAccessedDirty = hardwareAccessedDirty;
        this.hardwarePresent = hardwarePresent;
        long readable = present | read;
        long writable = readable | write;
        long fetchable = present | exec;
        permitMask = new long[] {readable, writable, fetchable | noExec};
        permitValue = new long[] {readable, writable, fetchable};
        readHit = readable | (hardwareAccessedDirty ? accessed : 0);
        writeHit = writable | (hardwareAccessedDirty ? accessed | setByWrite | inverted : 0);
    }

    public final boolean isPresent(long entry) {
        return (entry & present) != 0;
    }

    /// True for a present entry above level 1 that points to a table.
    public final boolean isTable(long entry, int level) {
        return level > 1 && (entry & tableMask) == tableValue;
    }

    /// True for a present entry that maps memory.
    public final boolean isLeaf(long entry, int level) {
        return (entry & present) != 0 && (level == 1 || (entry & tableMask) != tableValue);
    }

    public final boolean isAccessed(long entry) {
        return (entry & accessed) != 0;
    }

    public final boolean isDirty(long entry) {
        return ((entry ^ inverted) & dirty) != 0;
    }

    /// True if hardware lets `access` (one of [#READ], [#WRITE], [#EXEC]) through this leaf.
    public final boolean permits(long entry, int access) {
        return (entry & permitMask[access]) == permitValue[access];
    }

    /// The leaf after hardware has let `access` through, if it sets A and D by itself.
    final long after(long leaf, int access) {
        return access == WRITE ? (leaf | accessed | setByWrite) & ~inverted : leaf | accessed;
    }

    /// Page-frame number of a leaf's first page.
    public final long pfn(long leaf) {
        return (leaf & address) >>> addressShift;
    }

    /// The part of a leaf of `level` that maps its page number `offset`, as an entry of level 1.
    final long smallLeaf(long leaf, int level, long offset) {
        return level == 1 ? leaf : (leaf & ~hugeLeaf | notHuge) + (offset << addressShift);
    }

    /// The table a table entry points to.
    public final int table(long entry) {
        return (int) ((entry & address) >>> addressShift);
    }

    /// The present entry that points to `table`.
    public abstract long makeTable(int table);

    /// The address field that holds `frame`, a page frame or a table.
    protected final long address(long frame) {
        long bits = frame << addressShift;
        assert frame >= 0 && (bits & ~address) == 0 : "frame out of range: " + frame;
        return bits;
    }

    @Override
    public final String toString() {
        return name;
    }
}
