package org.gleaner.kvm.mmu;

import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.RadixTable;
import org.jspecify.annotations.Nullable;

/// One guest access that the second stage does not let through (`struct kvm_page_fault`): what it
/// wants, and what has been found out so far. Each vCPU has one, and uses it again.
@OneCpu
public final class Fault {
    /// The guest page.
    public long gfn;

    /// The access is a write.
    public boolean write;

    /// Something is mapped that does not allow the access.
    public boolean present;

    /// No access waits for it: an entry that is present stays as it is, and a new one is not young.
    public boolean prefetch;

    /// The page is private: it comes from its slot's file.
    public boolean isPrivate;

    /// The gate's sequence number, from before the page was looked up.
    public long seq;

    /// The host's page, once it is known.
    public int pfn;

    /// The level of the leaf that is to map the page: 4 KiB, unless more is known to be right.
    public int level = RadixTable.LEVEL_4K;

    /// The host maps that page writable, and the slot allows it.
    public boolean mapWritable;

    /// The dirty log of the page's slot; null if there is none.
    public @Nullable DirtyBitmap log;

    /// As the processor says it: bit 0 that something was there, bit 1 that it was a write
    /// (`PFERR_PRESENT_MASK`, `PFERR_WRITE_MASK`).
    public int errorCode() {
        return (present ? 1 : 0) | (write ? 2 : 0);
    }
}
