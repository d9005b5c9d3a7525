package org.gleaner.kvm.x86;

import org.gleaner.machine.Cpu;

/// Changes of secondary entries: who may change what, and by which instruction.
///
/// ## How it works
///
/// An entry is one word that many kinds of actors change at once, only some of them under
/// `mmu_lock`:
///
/// | actor | holds | changes | by |
/// |---|---|---|---|
/// | hardware walker | nothing | present leaf: A, and D | [HardwareWalk#touch] |
/// | fast page fault | RCU | present leaf: W to 1 if MMU-W is 1; restores | [#setAtomic] |
/// | ager | RCU | present leaf: A to 0; tracks | [#age] |
/// | page fault, split, recovery | lock for read, RCU | what is not frozen | [#setAtomic] |
/// | zap | lock for write | what is not frozen | [#setExclusive] |
/// | write-protect | lock for write | present leaf: W or D to 0 | [#clearBitsExclusive] |
/// | who detached a table | lock, any | its entries, to frozen | [#freezeShared] |
///
/// The walker and the ager, too, change an entry by compare-and-swap.
///
/// Whoever may have company must change an entry only from the value he has looked at. That is a
/// compare-and-swap against the snapshot; a blind and-not or or would write to an entry that has
/// become something else in the meantime. A failed one means that somebody else was first. The
/// fault then simply lets the guest fault again; the ager leaves the entry as it is.
///
/// ## Why the holder of the lock exchanges, too
///
/// The holder of the lock for write still has the first three for company. A plain store over what
/// he has read would lose what they do in between:
///
/// - (a) W is 0 and MMU-W is 1: the fast fault may set W, after which the guest may write. A store
///   would hide that the page has become dirty.
/// - (b) A/D disabled: the ager may track the leaf and the fast fault restore it.
/// - (c) W is 1 and D is 0: hardware may set D. A store would lose it, and with it the guest's
///   data.
/// - Else he may lose an A that hardware has just set, or bring back one that the ager has just
///   cleared.
///
/// Linux allows itself the last (`spte_needs_atomic_update`): aging does not flush TLBs, so A bits
/// are late and lost anyway. Here every change is an exchange, and the books of accessed bits
/// balance.
///
/// ## Frozen entries
///
/// A table is detached by changing the entry that points to it. Faults and walkers may still be
/// inside, so every entry is then exchanged for the frozen value, and stays so until the table is
/// freed after a grace period: nothing that is linked into a detached table could be found again.
/// `setAtomic` may therefore never start from a frozen snapshot. The value shares no bit with what
/// an ager clears or hardware sets, so not even [#ageBlind] can thaw an entry; see
/// [SpteFormat#FROZEN] for the kernels where it can.
///
/// ## Order
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | table entry | `setAtomic` | full | any descent | acquire | the fill of the child, before |
/// | table entry, gone | `set...` | full | any descent | acquire | nothing: RCU |
/// | leaf | `set...` | full | hardware | acquire | the state of the page it maps |
/// | leaf, gone | `setExclusive` | full | hardware | acquire | nothing: the flush |
/// | leaf: A, D on | hardware | full | ager, zap, dirty log | acquire | the guest's access |
/// | leaf: A off | `age` | full | hardware | acquire | nothing: stale translations set no A |
/// | detached entry | `freeze...` | full | fault | full | its attempt, which fails |
///
/// *Nothing: RCU* means that a descent which misses the change goes on in a table that stays
/// readable; *nothing: the flush*, that what ends the use of a page is not the entry but the TLB
/// flush after it.
public final class Spte {
    /// What one turn of a spin loop on an entry takes.
    private static final long SPIN_NANOS = 100;

    private Spte() {}

    /// Replaces the entry if it still is `old` (`tdp_mmu_set_spte_atomic`). For holders of
    /// `mmu_lock` for read; true on success. Never takes a frozen entry away from its owner.
    public static boolean setAtomic(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long update) {
        assert !format.isFrozen(old) : "frozen entries belong to who froze them";
        assert isLegalChange(format, level, old, update) : change(old, update);
        return cpu.cas(words, i, old, update);
    }

    /// Replaces the entry (`tdp_mmu_set_spte`), for the holder of `mmu_lock` for write. Returns
    /// what was replaced, which may differ from `old` in what can change outside the lock.
    public static long setExclusive(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long update) {
        assert !format.isFrozen(old) && !format.isFrozen(update) : change(old, update);
        assert isLegalChange(format, level, old, update) : change(old, update);
        return cpu.swap(words, i, update);
    }

    /// Clears the bits of `mask` (`tdp_mmu_clear_spte_bits`), for the holder of `mmu_lock` for
    /// write. Returns the entry as it was.
    public static long clearBitsExclusive(Cpu cpu, long[] words, int i, long mask) {
        return cpu.fetchAnd(words, i, ~mask);
    }

    /// Makes a leaf old by one compare-and-swap, whatever its A/D type (Linux 7.2). Returns whether
    /// the snapshot `old` was young. If the entry has changed since, it stays as it is and counts
    /// as young all the same; there is no second try.
    public static boolean age(Cpu cpu, SpteFormat format, long[] words, int i, long old) {
        if (!isYoung(format, old)) {
            return false;
        }
        age(cpu, words, i, old, format.markForAccessTrack(old));
        return true;
    }

    /// The ager's one attempt to make the leaf `old` into `update`: only if the entry still is what
    /// was read. True on success.
    static boolean age(Cpu cpu, long[] words, int i, long old, long update) {
        return cpu.cas(words, i, old, update);
    }

    /// Makes a leaf old as Linux 6.18 does: with A/D enabled by clearing A in whatever is there by
    /// now, be it a leaf, a table, an empty or a frozen entry. Harmless for the first three: a
    /// table's A means nothing. It thaws a frozen entry if the format's frozen value has A set.
    public static boolean ageBlind(Cpu cpu, SpteFormat format, long[] words, int i, long old) {
        if (!isYoung(format, old)) {
            return false;
        }
        if (format.isAdEnabled(old)) {
            cpu.fetchAnd(words, i, ~format.accessed);
        } else {
            cpu.cas(words, i, old, format.markForAccessTrack(old));
        }
        return true;
    }

    /// Freezes an entry of a detached table that faults may still be changing, and returns what it
    /// was. Waits while somebody else has it frozen; among detached tables nobody has.
    public static long freezeShared(Cpu cpu, SpteFormat format, long[] words, int i) {
        for (; ; ) {
            long old = cpu.swap(words, i, format.frozen);
            if (!format.isFrozen(old)) {
                return old;
            }
            cpu.relax();
            cpu.chargeNanos(SPIN_NANOS);
        }
    }

    /// Freezes an entry of a detached table, for the holder of `mmu_lock` for write. Returns what
    /// it was.
    static long freezeExclusive(Cpu cpu, SpteFormat format, long[] words, int i) {
        return cpu.swap(words, i, format.frozen);
    }

    private static boolean isYoung(SpteFormat format, long old) {
        return format.isPresent(old) && format.isAccessed(old);
    }

    /// A present leaf never turns into one of another page, or of other rights in the host, without
    /// being zapped in between; and nobody empties an empty entry.
    private static boolean isLegalChange(SpteFormat format, int level, long old, long update) {
        if (!format.isPresent(update)) {
            return update != format.empty || old != format.empty;
        }
        if (!format.isLeaf(update, level)) {
            return true;
        }
        return format.isLegal(update)
                && (!format.isLeaf(old, level)
                        || format.pfn(old) == format.pfn(update)
                                && format.isHostWritable(old) == format.isHostWritable(update));
    }

    private static String change(long old, long update) {
        return Long.toHexString(old) + " -> " + Long.toHexString(update);
    }
}
