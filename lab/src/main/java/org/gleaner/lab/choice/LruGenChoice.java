package org.gleaner.lab.choice;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.gleaner.lab.BadInput;

/// The bits of `/sys/kernel/mm/lru_gen/enabled`, written as the kernel writes them.
///
/// @param bits 0x0 to 0xf
public record LruGenChoice(int bits) {

    /// The main switch: without it the other two mean nothing, and reclaim is classic.
    public static final int CORE = 0x1;

    /// Aging clears accessed bits in leaf entries in batches, by walking page tables.
    public static final int MM_WALK = 0x2;

    /// Aging also uses the accessed bits of entries above the leaves.
    public static final int NONLEAF_YOUNG = 0x4;

    /// Aging asks secondary MMUs while it walks, with those designs that can be told not to.
    public static final int SECONDARY_WALK = 0x8;

    /// Everything on, as on a machine that has it all.
    public static final LruGenChoice ALL =
            new LruGenChoice(CORE | MM_WALK | NONLEAF_YOUNG | SECONDARY_WALK);

    /// Everything off.
    public static final LruGenChoice NONE = new LruGenChoice(0);

    /// Reads `0x7`, `7`, `y` (all) or `n` (none), the forms that the kernel's file takes.
    ///
    /// @throws BadInput for anything else, without a place
    @JsonCreator
    public static LruGenChoice parse(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.equals("y")) {
            return ALL;
        }
        if (word.equals("n")) {
            return NONE;
        }
        if (word.matches("(0x)?0*[0-7]|(0x)0*[8-9a-f]|0*(8|9|1[0-5])")) {
            return new LruGenChoice(Integer.decode(word.replaceFirst("^0+(?=\\d)", "")));
        }
        throw new BadInput(
                "",
                "'" + text + "' is not a set of lru_gen bits",
                "give 0x0 to 0xf: 0x1 the switch, 0x2 page-table walks, 0x4 non-leaf bits, 0x8"
                        + " walks of secondary tables");
    }

    /// These bits as a kernel shows them that has this aging design: 0x8 is ignored where there is
    /// no such choice.
    public LruGenChoice shownWith(AgingChoice design) {
        return design.design().hasWalkBit() ? this : new LruGenChoice(bits & ~SECONDARY_WALK);
    }

    /// Whether aging asks secondary MMUs while it walks, where that is a choice.
    public boolean walksSecondary() {
        return (bits & SECONDARY_WALK) != 0;
    }

    /// The bits that every kernel has.
    public int commonBits() {
        return bits & ~SECONDARY_WALK;
    }

    /// Whether multi-gen LRU runs at all.
    public boolean enabled() {
        return (bits & CORE) != 0;
    }

    @JsonValue
    @Override
    public String toString() {
        return "0x" + Integer.toHexString(bits);
    }
}
