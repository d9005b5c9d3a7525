package org.gleaner.mm.swap;

import org.gleaner.machine.Cpu;

/// What keeps swapped pages. A synchronous device has the data when [#write] returns; another finishes
/// later and then tells the host ([Completion]).
public interface SwapDevice {
    /// Whether I/O is done by the caller (`SWP_SYNCHRONOUS_IO`): zram, or a file written in place.
    boolean synchronous();

    /// Writes the frame to the slot, or starts to.
    void write(Cpu cpu, int slot, int pfn);

    /// Reads the slot into the frame; returns when it is there.
    void read(Cpu cpu, int slot, int pfn);

    /// The slot's data is not needed any more.
    default void discard(Cpu cpu, int slot) {}

    /// Ends the writeback of a folio (`end_swap_bio_write`).
    interface Completion {
        void writeDone(Cpu cpu, int pfn);

        /// No write is in flight any more.
        void idle(Cpu cpu);
    }
}
