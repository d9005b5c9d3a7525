package org.gleaner.lab.execute.guest;

import org.gleaner.kvm.GuestMemory;
import org.gleaner.mm.memory.PageContents;

/// Page contents as a guest sees them.
record GuestContents(PageContents contents) implements GuestMemory {
    @Override
    public long read(int pfn, int word) {
        return contents.words(pfn)[contents.base(pfn) + word];
    }

    @Override
    public void write(int pfn, int word, long value) {
        contents.words(pfn)[contents.base(pfn) + word] = value;
    }
}
