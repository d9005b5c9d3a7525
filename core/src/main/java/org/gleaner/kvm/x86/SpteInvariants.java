package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;

/// What must always hold of x86 entries, beside the [Invariants] of every second stage.
///
/// | | invariant | checked where |
/// |---|---|---|
/// | I2 | aging changes nothing but A, or makes exactly the tracked form | [#aged] |
/// | P9 | what the host maps read-only is not writable, nor can become so | [#installed] |
/// | I5 | a frozen entry is never altered | [#detached], when its table is freed |
/// | I14 | restoring gives back R and X, and never W | [#restored] |
/// | L7 | a split changes nothing but the size of leaves: not A, D or W | [#split] |
/// | L7 | recovery translates every page as before | [#recovered] |
/// | I20 | a test clears nothing | [#aged] |
final class SpteInvariants {
    private SpteInvariants() {}

    /// An ager is about to turn `old` into `now`.
    static void aged(SpteFormat format, long old, long now, boolean clear) {
        if (!Invariants.ARMED) {
            return;
        }
        if (!clear) {
            throw Invariants.broken("I20: a test clears an accessed bit");
        }
        if (now != format.markForAccessTrack(old)) {
            throw Invariants.broken("I2: aging turns " + hex(old) + " into " + hex(now));
        }
    }

    /// A leaf is about to be installed for a fault.
    static void installed(SpteFormat format, long leaf, Fault fault) {
        if (Invariants.ARMED && !fault.mapWritable && format.isHostWritable(leaf)) {
            throw Invariants.broken(
                    "P9: gfn %d is mapped by %s and the host has it read-only"
                            .formatted(fault.gfn, hex(leaf)));
        }
    }

    /// A fast fault is about to turn a tracked leaf into `now`.
    static void restored(SpteFormat format, long tracked, long now, boolean write) {
        if (!Invariants.ARMED) {
            return;
        }
        long unwritten = write ? now & ~SpteFormat.WRITE_BIT : now;
        if (format.markForAccessTrack(unwritten) != tracked
                || !write && format.isWritable(now)
                || unwritten != (format.restoreAccessTrack(tracked) | format.accessed)) {
            throw Invariants.broken("I14: " + hex(tracked) + " is restored as " + hex(now));
        }
    }

    /// A huge leaf is being split; `small` is one of the leaves it becomes.
    static void split(SpteFormat format, long huge, long small) {
        if (Invariants.ARMED && ((huge ^ small) & ~(format.address | format.hugeLeaf)) != 0) {
            throw Invariants.broken("L7: " + hex(huge) + " is split into " + hex(small));
        }
    }

    /// A huge leaf takes the place of a table, and of `small`, which is `offset` pages into it.
    /// Whether the host has them writable may differ: nobody is told when its entry gains W, so a
    /// leaf made before that and one made after it stand side by side.
    static void recovered(SpteFormat format, long huge, long offset, long small) {
        if (Invariants.ARMED && format.pfn(small) != format.pfn(huge) + offset) {
            throw Invariants.broken(
                    "L7: "
                            + hex(small)
                            + ", page "
                            + offset
                            + " of it, is recovered as "
                            + hex(huge));
        }
    }

    /// A detached table is about to be freed.
    static void detached(SpteFormat format, long[] words, int base) {
        if (!Invariants.ARMED) {
            return;
        }
        for (int i = base; i < base + SpteFormat.GEOMETRY.entries(1); i++) {
            if (words[i] != format.frozen && format.kept(words[i]) != words[i]) {
                throw Invariants.broken("I5: a detached entry became " + hex(words[i]));
            }
        }
    }

    private static String hex(long entry) {
        return Long.toHexString(entry);
    }
}
