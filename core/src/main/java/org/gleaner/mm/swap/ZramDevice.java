package org.gleaner.mm.swap;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.PageSize;

/// Compressed memory in virtual time: the caller's CPU compresses and decompresses, nothing queues.
///
/// Pages have no contents here, so they have no compressed size of their own: what the device
/// occupies is [ZramMemory].
public final class ZramDevice implements SwapDevice {
    private final int units;

    public ZramDevice(PageSize page) {
        units = page.units();
    }

    @Override
    public boolean synchronous() {
        return true;
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        cpu.charge(Cost.ZRAM_WRITE, units);
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        cpu.charge(Cost.ZRAM_READ, units);
    }
}
