package org.gleaner.mm.space;

/// Anonymous memory: its pages have no home but the page tables, which also hold their swap
/// entries. Without a mapping it is nothing.
public final class AnonVma extends RmapObject {
    AnonVma(RmapObjects all) {
        super(all);
    }

    @Override
    boolean mappable() {
        return true;
    }

    @Override
    boolean unmapped() {
        leave();
        return false;
    }
}
