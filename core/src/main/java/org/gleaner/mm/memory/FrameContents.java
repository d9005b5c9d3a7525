package org.gleaner.mm.memory;

import org.gleaner.machine.Cpu;

/// What is in page frames, as far as whoever hands frames out must know of it.
public interface FrameContents {
    /// Zeroes `pages` frames that a process will see for the first time.
    void zero(Cpu cpu, int frame, int pages);

    /// Copies one frame into another that a process will see for the first time.
    void copy(Cpu cpu, int from, int to);

    /// Whether two frames hold the same.
    boolean isSame(Cpu cpu, int one, int other);

    /// `pages` frames are nobody's any more.
    default void freed(Cpu cpu, int frame, int pages) {}
}
