package org.gleaner.lab.choice;

import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.mm.aging.AgingDesign;
import org.jspecify.annotations.Nullable;

/// How the host learns from KVM which pages a guest used: the generations of the notifier API, in
/// the order in which they were posted, and then three of them in other forms, which only arm64
/// has.
public enum AgingChoice implements Choice {
    /// `clear_flush_young` under the MMU lock held for writing, with a TLB flush.
    LOCKED_FLUSH("locked-flush", "each look at an accessed bit takes the MMU lock and flushes"),

    /// `clear_young` under the MMU lock held for writing, without a flush.
    LOCKED("locked", "each look at an accessed bit takes the MMU lock"),

    /// A bitmap whose bits are flipped where a page was young; walked under RCU.
    V1("v1", "accessed bits are harvested in batches under RCU, without a lock"),

    /// One call with a flag to clear and a bitmap as predicate; falls back to the lock.
    V2("v2", "as v1 with one call and a bitmap of what to clear; may take the lock"),

    /// Separate test and clear with a bitmap, and three return bits.
    V3("v3", "as v1 with separate calls to test and to clear"),

    /// A separate call that only tries the fast path and may decline.
    V5_FAST_ONLY("v5-fast-only", "a second call asks without the lock, and may be declined"),

    /// The old calls with a `fast_only` argument, for notifiers that opted in.
    V6_FAST_ONLY("v6-fast-only", "the old calls with a flag that forbids the lock"),

    /// What Linux took: the old calls, lock-free inside KVM where it can be.
    MERGED("merged", "the old calls, without the lock inside KVM where it can be"),

    /// A reviewer's proposal that no kernel has: one bitmap to ask with, one to answer.
    TWO_BITMAPS("two-bitmaps", "one bitmap to ask with, one to answer; no kernel has it"),

    /// On arm64, the first posting, before its review: the end of an address space leaves it
    /// mapped.
    V1_AS_POSTED("v1-as-posted", V1, "v1 on arm64 before its review: a dead process stays mapped"),

    /// On arm64, the second posting as its review asked: also where hardware sets no access flag.
    V2_AS_REVIEWED("v2-as-reviewed", V2, "v2 on arm64 without the lock, whoever sets the flag"),

    /// On arm64, the third posting, whose agers store plainly beside faults.
    V3_AS_POSTED("v3-as-posted", V3, "v3 on arm64 with agers that overwrite what faults do");

    private final String label;
    private final @Nullable AgingChoice formOf;
    private final String about;

    AgingChoice(String label, String about) {
        this(label, null, about);
    }

    AgingChoice(String label, @Nullable AgingChoice formOf, String about) {
        this.label = label;
        this.formOf = formOf;
        this.about = about;
    }

    /// Those that every architecture has, in the order in which they were posted.
    public static List<AgingChoice> designs() {
        return Arrays.stream(values()).filter(each -> each.formOf == null).toList();
    }

    /// What it is a form of: itself if it is no form of another.
    public AgingChoice formOf() {
        return formOf == null ? this : formOf;
    }

    /// What the memory manager knows of it, whatever form of it an architecture has.
    public AgingDesign design() {
        return AgingDesign.forName(formOf().label);
    }

    /// Refuses what only arm64 has.
    ///
    /// @param where it was said
    /// @throws BadInput if it is a form of another design
    public void checkAnywhere(String where) {
        if (formOf != null) {
            throw new BadInput(
                    where,
                    "'" + label + "' is a form of " + formOf.label + " on arm64 alone",
                    "use --arch arm64 where there is one, or give " + formOf.label);
        }
    }

    /// What it does, in a few words for people.
    public String about() {
        return about;
    }

    @Override
    public String label() {
        return label;
    }
}
