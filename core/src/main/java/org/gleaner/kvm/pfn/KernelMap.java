package org.gleaner.kvm.pfn;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.gup.PageClaim;

/// The kernel's own addresses of frames. A page has one always (`kmap` on 64 bits); a frame that is
/// no page is given one of a limited room (`memremap`), and must give it back.
public final class KernelMap {
    /// No address.
    public static final long NONE = -1;

    private static final long REMAPPED = 1L << 40;

    private final int room;
    private final Word remapped = new Word();

    /// @param room most raw frames that have an address at one time
    public KernelMap(int room) {
        this.room = room;
    }

    /// An address of the frame that was found, or [#NONE] if there is no room.
    long map(Cpu cpu, PageClaim found) {
        if (found.kind() != PageClaim.Kind.RAW) {
            return found.pfn();
        }
        if (cpu.fetchAdd(remapped, 1) >= room) {
            cpu.fetchAdd(remapped, -1);
            return NONE;
        }
        return REMAPPED | found.pfn();
    }

    /// Gives an address back; [#NONE] is none.
    void unmap(Cpu cpu, long address) {
        if (address >= REMAPPED) {
            long before = cpu.fetchAdd(remapped, -1);
            assert before > 0 : "an address is given back that nobody has";
        }
    }

    /// Raw frames that have an address now.
    public long remapped() {
        return remapped.snapshot();
    }
}
