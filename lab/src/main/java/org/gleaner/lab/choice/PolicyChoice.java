package org.gleaner.lab.choice;

import org.gleaner.lab.BadInput;

/// A replacement policy of the literature, run on the bare trace: no page tables, no accessed bits,
/// no time.
///
/// Clock means three things, which differ most where memory is small; OPT means two. The names tell
/// them apart as tables of other simulators do.
public enum PolicyChoice implements Choice {
    /// A hit moves the page to the front; the last goes.
    LRU("lru"),

    /// A hit changes nothing; the oldest goes.
    FIFO("fifo"),

    /// Clock: the victim is chosen before the newcomer is put in its place, unreferenced.
    CLOCK("clock"),

    /// Clock: the newcomer is put in first, unreferenced, and may itself be the victim if all
    /// others are referenced.
    CLOCK_INSERT_THEN_EVICT("clock_insert_then_evict"),

    /// Clock: the newcomer is referenced at once, as a page is that a fault brings in.
    CLOCK_REF1_ON_INSERT("clock_ref1_on_insert"),

    /// Jiang, Chen and Zhang, USENIX 2005.
    CLOCK_PRO("clock_pro"),

    /// Belady's MIN with demand paging: each miss loads its page, and the page goes that is used
    /// farthest in the future.
    OPT("opt"),

    /// Megiddo and Modha, FAST 2003.
    ARC("arc"),

    /// Bansal and Modha, FAST 2004.
    CAR("car"),

    /// Yang and others, SOSP 2023.
    S3FIFO("s3fifo"),

    /// Zhang and others, NSDI 2024.
    SIEVE("sieve"),

    /// Jiang and Zhang, SIGMETRICS 2002.
    LIRS("lirs"),

    /// Johnson and Shasha, VLDB 1994: the full version.
    TWO_Q("2q");

    /// What tables that keep all three apart call [#CLOCK].
    private static final String CLOCK_IN_FULL = "clock_ref0_on_insert";

    private final String label;

    PolicyChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /// Reads a label, or the full name of [#CLOCK]; a hyphen may stand for an underscore.
    ///
    /// @throws BadInput if it is none, without a place
    public static PolicyChoice parse(String word) {
        String name = word.replace('-', '_');
        return name.equals(CLOCK_IN_FULL) ? CLOCK : Choice.of(PolicyChoice.class, name);
    }
}
