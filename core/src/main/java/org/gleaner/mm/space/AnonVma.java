package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;

/// Anonymous memory: its pages have no home but the page tables, which also hold their swap
/// entries. Without a mapping it is nothing.
public final class AnonVma extends RmapObject {
    AnonVma(RmapObjects all) {
        super(all);
    }

    @Override
    boolean mappable(Cpu cpu, Vma vma) {
        return true;
    }

    @Override
    boolean unmapped() {
        leave();
        return false;
    }
}
