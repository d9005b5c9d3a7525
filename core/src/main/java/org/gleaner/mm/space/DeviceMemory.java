package org.gleaner.mm.space;

import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;

/// Frames that a device shows to processes (`VM_PFNMAP`, `VM_IO`). Entries that map them are
/// *special*: nobody counts the frames, whether or not the host has a folio for them, and neither
/// reclaim nor aging sees them.
///
/// The driver owns the frames. It installs an entry when a process faults on it, and may show other
/// frames later: see [org.gleaner.mm.fault.MappingChanges#moveDevice].
public final class DeviceMemory extends RmapObject {
    private final int pages;

    /// Word 0: the first frame; word 1: 1 if entries are writable; word 2: calls of the handler.
    private final long[] words = new long[3];

    DeviceMemory(RmapObjects all, int pages, int firstFrame, boolean writable) {
        super(all);
        Capacity.check("pages of a device", pages, 1, Integer.MAX_VALUE);
        Capacity.check("first frame of a device", firstFrame, 0, (1L << 31) - pages);
        this.pages = pages;
        words[0] = firstFrame;
        words[1] = writable ? 1 : 0;
    }

    public int pages() {
        return pages;
    }

    /// The frame that page `index` shows now, or -1 beyond the device's end (`SIGBUS`).
    public long frame(Cpu cpu, long index) {
        return index < pages ? cpu.load(words, 0) + index : -1;
    }

    /// Whether the driver lets its next entries be written to.
    public boolean mapsWritable(Cpu cpu) {
        return cpu.load(words, 1) != 0;
    }

    /// From now on entries are installed writable, or not; those that are there stay.
    public void setMapsWritable(Cpu cpu, boolean writable) {
        cpu.store(words, 1, writable ? 1 : 0);
    }

    /// From now on page 0 shows `firstFrame`. Entries are the caller's.
    public void show(Cpu cpu, int firstFrame) {
        Capacity.check("first frame of a device", firstFrame, 0, (1L << 31) - pages);
        cpu.store(words, 0, firstFrame);
    }

    /// The driver's fault handler is called.
    public void countFault(Cpu cpu) {
        cpu.fetchAdd(words, 2, 1);
    }

    /// How often its fault handler was called.
    public long faults(Cpu cpu) {
        return cpu.peek(words, 2);
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
