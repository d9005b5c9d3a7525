package org.gleaner.mm.memory;

import java.util.function.IntConsumer;
import org.gleaner.machine.Guarded;

/// Single frames, last freed first used. Knows no blocks.
@Guarded("zone_lock")
final class FrameStack extends FreeFrames {
    private final int[] frames;
    private int size;

    /// All of `n` frames are free at first, to be taken in ascending order.
    FrameStack(int n) {
        frames = new int[n];
        for (int i = 0; i < n; i++) {
            frames[i] = n - 1 - i;
        }
        size = n;
    }

    @Override
    int size() {
        return size;
    }

    @Override
    int take(int[] to, int at, int n) {
        int taken = Math.min(n, size);
        size -= taken;
        System.arraycopy(frames, size, to, at, taken);
        return taken;
    }

    @Override
    void give(int frame) {
        frames[size++] = frame;
    }

    @Override
    int takeBlock() {
        return -1;
    }

    @Override
    void giveBlock(int first) {
        throw new IllegalStateException("frame " + first + " was never part of a block");
    }

    @Override
    void forEach(IntConsumer action) {
        for (int i = 0; i < size; i++) {
            action.accept(frames[i]);
        }
    }
}
