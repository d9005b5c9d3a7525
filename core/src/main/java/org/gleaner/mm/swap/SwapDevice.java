package org.gleaner.mm.swap;

import org.gleaner.machine.Cpu;

/// What keeps swapped pages. A synchronous device is done when [#write] or [#read] returns; another
/// finishes later and then tells the host ([Completion]).
public interface SwapDevice {
    /// Whether I/O is done by the caller (`SWP_SYNCHRONOUS_IO`): zram, or a file written in place.
    boolean synchronous();

    /// Whether the device says that it rotates (`queue/rotational`), so that near slots are cheap
    /// to read.
    default boolean rotational() {
        return false;
    }

    /// Writes the frame to the slot, or starts to.
    void write(Cpu cpu, int slot, int pfn);

    /// Reads the slot into the frame, or starts to.
    void read(Cpu cpu, int slot, int pfn);

    /// Holds back what this CPU submits until the matching [#unplug], so that it goes out at once
    /// (`blk_start_plug`). Plugs nest; the outermost counts.
    default void plug(Cpu cpu) {}

    /// Ends a [#plug].
    default void unplug(Cpu cpu) {}

    /// Sends what this CPU's plug holds back, as when its task goes to sleep. Returns how
    /// many pages are under way, of all CPUs.
    default long flushPlug(Cpu cpu) {
        return 0;
    }

    /// The slot's data is not needed any more.
    default void discard(Cpu cpu, int slot) {}

    /// The host is no more.
    default void close() {}

    /// What the host does when I/O has ended (`end_swap_bio_write`, `end_swap_bio_read`).
    interface Completion {
        void writeDone(Cpu cpu, int pfn);

        void readDone(Cpu cpu, int pfn);

        /// Nothing is in flight any more whose end this CPU would tell.
        void idle(Cpu cpu);
    }
}
