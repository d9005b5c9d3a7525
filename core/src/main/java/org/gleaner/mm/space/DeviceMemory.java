package org.gleaner.mm.space;

import java.util.Arrays;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;

/// Frames that a device shows to processes. Entries that map them are *special*: nobody counts the
/// frames, whether or not the host has a folio for them, and neither reclaim nor aging sees them.
///
/// The driver owns the frames. It installs an entry when a process faults on it, or all of them at
/// once: see [org.gleaner.mm.fault.PageFaults#showAll]. It may show other frames later: see
/// [org.gleaner.mm.fault.MappingChanges#moveDevice].
public final class DeviceMemory extends RmapObject {
    /// What mappings of it say of themselves.
    public enum Flags {
        /// Frames only (`VM_PFNMAP`, `VM_IO`).
        PFNMAP,

        /// Frames and ordinary pages (`VM_MIXEDMAP`): a page is counted as any other, and who meets
        /// a frame learns that there is no page, but not which frame it is.
        MIXED,

        /// Both (`VM_MIXEDMAP | VM_IO`): whatever is there is taken for a frame.
        MIXED_IO
    }

    private static final int FIRST = 0, WRITABLE = 1, FAULTS = 2, DROPS = 3, LAZY = 4, PAGES = 5;

    private final Flags flags;
    private final int pages;

    /// The first frame; 1 if entries are writable; calls of the handler; how many of those to come
    /// drop mmap_lock; 1 if the handler installs entries; then for each page the ordinary one that
    /// is shown there, or -1.
    private final long[] words;

    DeviceMemory(RmapObjects all, Flags flags, int pages, int firstFrame, boolean writable) {
        super(all);
        this.flags = flags;
        Capacity.check("pages of a device", pages, 1, Integer.MAX_VALUE);
        Capacity.check("first frame of a device", firstFrame, 0, (1L << 31) - pages);
        this.pages = pages;
        words = new long[flags == Flags.MIXED ? PAGES + pages : PAGES];
        Arrays.fill(words, PAGES, words.length, -1);
        words[FIRST] = firstFrame;
        words[WRITABLE] = writable ? 1 : 0;
        words[LAZY] = 1;
    }

    /// Whether all that mappings of it show is taken for frames (`VM_PFNMAP` or `VM_IO`).
    boolean isFrames() {
        return flags != Flags.MIXED;
    }

    /// Shows an ordinary page at `index`, of which the driver holds a reference
    /// (`vm_insert_page`); of [Flags#MIXED] only. An entry that is there is the caller's.
    ///
    /// @param page its frame; -1 for the device's own again
    public void showPage(Cpu cpu, int index, int page) {
        cpu.store(words, PAGES + index, page);
    }

    /// The ordinary page at `index`, or -1.
    public int page(Cpu cpu, long index) {
        return index < words.length - PAGES ? (int) cpu.load(words, PAGES + (int) index) : -1;
    }

    /// From now on the handler installs entries, or does not: then those that are missing are not
    /// there for anybody (`SIGBUS`).
    public void setLazy(Cpu cpu, boolean lazy) {
        cpu.store(words, LAZY, lazy ? 1 : 0);
    }

    public boolean isLazy(Cpu cpu) {
        return cpu.load(words, LAZY) != 0;
    }

    /// The next `calls` calls of the handler have to wait for the device, and drop mmap_lock
    /// (`VM_FAULT_RETRY`).
    public void dropLock(Cpu cpu, int calls) {
        cpu.store(words, DROPS, calls);
    }

    /// The handler is called: whether it waits and has the fault tried again.
    public boolean dropsLock(Cpu cpu) {
        long left = cpu.load(words, DROPS);
        return left > 0 && cpu.cas(words, DROPS, left, left - 1);
    }

    public int pages() {
        return pages;
    }

    /// The frame that page `index` shows now, or -1 beyond the device's end (`SIGBUS`).
    public long frame(Cpu cpu, long index) {
        return index < pages ? cpu.load(words, FIRST) + index : -1;
    }

    /// Whether the driver lets its next entries be written to.
    public boolean mapsWritable(Cpu cpu) {
        return cpu.load(words, WRITABLE) != 0;
    }

    /// From now on entries are installed writable, or not; those that are there stay.
    public void setMapsWritable(Cpu cpu, boolean writable) {
        cpu.store(words, WRITABLE, writable ? 1 : 0);
    }

    /// From now on page 0 shows `firstFrame`. Entries are the caller's.
    public void show(Cpu cpu, int firstFrame) {
        Capacity.check("first frame of a device", firstFrame, 0, (1L << 31) - pages);
        cpu.store(words, FIRST, firstFrame);
    }

    /// The driver's fault handler is called.
    public void countFault(Cpu cpu) {
        cpu.fetchAdd(words, FAULTS, 1);
    }

    /// How often its fault handler was called.
    public long faults(Cpu cpu) {
        return cpu.peek(words, FAULTS);
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
