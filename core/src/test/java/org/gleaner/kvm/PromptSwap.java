package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.swap.SwapDevice;

/// A swap file that says when it is done, which is at once: to the host a disk, so that lookups
/// that may not wait need I/O.
///
/// @param host is told
record PromptSwap(SwapDevice file, Completion host) implements SwapDevice {
    @Override
    public boolean synchronous() {
        return false;
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        file.write(cpu, slot, pfn);
        host.writeDone(cpu, pfn);
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        file.read(cpu, slot, pfn);
        host.readDone(cpu, pfn);
    }
}
