package org.gleaner.mm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// One process's address space (`struct mm_struct`): mappings, primary page tables, subscribers.
public final class AddressSpace {
    /// Set in the answer of [#getUserPage] if the host maps the page writable.
    public static final long GUP_WRITABLE = 1L << 62;

    /// No mapping there, or it forbids the access.
    public static final long GUP_FAULT = -14;

    /// The page needs I/O and the caller must not sleep.
    public static final long GUP_AGAIN = -11;

    /// The host has no memory and no swap left; the out-of-memory killer has acted.
    public static final long GUP_NOMEM = -12;

    private final MmuNotifierSubscriptions notifiers = new MmuNotifierSubscriptions();

    public MmuNotifierSubscriptions notifiers() {
        return notifiers;
    }

    /// Resolves one page and takes a reference on its folio (`get_user_pages_unlocked` for one page, fast
    /// path first). May sleep, may reclaim, may swap in. Marks the primary entry young as a fault does.
    ///
    /// @param wantWritable also for a read, try to find out that the host mapping is writable
    /// @return the pfn, with [#GUP_WRITABLE] or without; or a negative GUP_ error
    public long getUserPage(Cpu cpu, long vpn, boolean write, boolean wantWritable) {
        throw new UnsupportedOperationException();
    }
}
