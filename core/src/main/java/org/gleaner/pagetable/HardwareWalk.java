package org.gleaner.pagetable;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;

/// What a CPU's page walker does to entries.
///
/// The walker sets A and D together with its check of the entry, in one atomic step: it never
/// writes to an entry that has ceased to be present or to permit the access. That is what keeps a
/// zapped entry zapped, and why a blind fetch-and-or would be a wrong model of it.
public final class HardwareWalk {
    /// The access went through.
    public static final int HIT = 0;

    /// Nothing is mapped, or the entry is access-tracked.
    public static final int FAULT_NOT_PRESENT = 1;

    /// Something is mapped that does not allow the access.
    public static final int FAULT_PROTECTION = 2;

    /// The entry is no leaf any more: the walk goes on below it.
    public static final int TABLE = 3;

    private HardwareWalk() {}

    /// One access through the leaf at `words[i]`: sets A, and D on a write, if that is needed and
    /// hardware does it in this format. Returns [#HIT] or the fault. Lock-free: repeats only if the
    /// entry changed under it.
    ///
    /// @param access one of [EntryFormat#READ], [EntryFormat#WRITE], [EntryFormat#EXEC]
    public static int touch(Cpu cpu, EntryFormat format, long[] words, int i, int access) {
        return touch(cpu, format, words, i, RadixTable.LEVEL_4K, access);
    }

    /// As [#touch(Cpu, EntryFormat, long\[\], int, int)] through a leaf of any level; [#TABLE] if a
    /// table has taken its place.
    public static int touch(
            Cpu cpu, EntryFormat format, long[] words, int i, int level, int access) {
        for (; ; ) {
            cpu.only(MemoryOrder.DEPENDENT);
            long old = cpu.load(words, i);
            if (format.isTable(old, level)) {
                return TABLE;
            }
            if (!format.permits(old, access)) {
                return fault(format, old);
            }
            if (!format.hardwareAccessedDirty) {
                return HIT;
            }
            long update = format.after(old, access);
            if (update == old || set(cpu, words, i, old, update)) {
                return HIT;
            }
        }
    }

    /// The walker's attempt to set A and D: only in the entry that it has checked.
    public static boolean set(Cpu cpu, long[] words, int i, long old, long update) {
        return cpu.cas(words, i, old, update);
    }

    /// Which fault an access through `entry` that it does not permit raises.
    public static int fault(EntryFormat format, long entry) {
        return format.isPresent(entry) && (entry & format.hardwarePresent) != 0
                ? FAULT_PROTECTION
                : FAULT_NOT_PRESENT;
    }
}
