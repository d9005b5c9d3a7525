package org.gleaner.mm.space;

/// Anonymous memory: its pages have no home but the page tables, which also hold their swap entries.
public final class AnonVma extends RmapObject {
    AnonVma(int id) {
        super(id);
    }
}
