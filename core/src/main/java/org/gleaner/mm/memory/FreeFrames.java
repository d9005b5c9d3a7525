package org.gleaner.mm.memory;

import java.util.function.IntConsumer;

/// The free frames of a zone, under its lock. What the allocator's free lists are to a kernel.
abstract sealed class FreeFrames permits FrameStack, FrameBlocks {
    abstract int size();

    /// Moves up to `n` frames to `to`, from index `at` on; the last of them is to be used first.
    /// Returns how many there were.
    abstract int take(int[] to, int at, int n);

    abstract void give(int frame);

    /// The first of the aligned free frames of a large folio, or -1.
    abstract int takeBlock();

    abstract void giveBlock(int first);

    /// The first of `2^order` aligned frames, at most those of a large folio, or -1. They come back
    /// one by one.
    abstract int takeRange(int order);

    abstract void forEach(IntConsumer action);
}
