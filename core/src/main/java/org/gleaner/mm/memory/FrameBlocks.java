package org.gleaner.mm.memory;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.gleaner.machine.Guarded;

/// Free frames in two orders, as a buddy allocator with nothing between: whole blocks of [Zone#BLOCK] aligned
/// frames, and loose ones. Single frames come from the loose ones as long as there are any; then a block is
/// broken up. When the last frame of a block comes back, the block is whole again.
@Guarded("zone_lock")
final class FrameBlocks extends FreeFrames {
    private static final int TAKEN = -1;

    private final int[] loose;
    private int looseSize;
    private final int[] blocks;
    private int blockCount;

    /// By frame: its index in [#loose], or [#TAKEN] if it is in use or in a whole block.
    private final int[] place;

    /// By block: its loose frames.
    private final int[] looseOf;

    /// All of `n` frames are free at first, and lower blocks are taken first.
    FrameBlocks(int n) {
        loose = new int[n];
        place = new int[n];
        Arrays.fill(place, TAKEN);
        looseOf = new int[n / Zone.BLOCK + 1];
        blocks = new int[n / Zone.BLOCK];
        for (int b = blocks.length - 1; b >= 0; b--) {
            blocks[blockCount++] = b;
        }
        for (int frame = n - 1; frame >= blocks.length * Zone.BLOCK; frame--) {
            addLoose(frame);
        }
    }

    @Override
    int size() {
        return looseSize + blockCount * Zone.BLOCK;
    }

    @Override
    int take(int[] to, int at, int n) {
        int taken = Math.min(n, size());
        for (int i = taken - 1; i >= 0; i--) {
            if (looseSize == 0) {
                breakUp(blocks[--blockCount] * Zone.BLOCK);
            }
            int frame = loose[looseSize - 1];
            removeLoose(frame);
            to[at + i] = frame;
        }
        return taken;
    }

    private void breakUp(int first) {
        for (int i = Zone.BLOCK - 1; i >= 0; i--) {
            addLoose(first + i);
        }
    }

    @Override
    void give(int frame) {
        addLoose(frame);
        int block = frame / Zone.BLOCK;
        if (looseOf[block] == Zone.BLOCK) {
            for (int i = 0; i < Zone.BLOCK; i++) {
                removeLoose(block * Zone.BLOCK + i);
            }
            blocks[blockCount++] = block;
        }
    }

    private void addLoose(int frame) {
        place[frame] = looseSize;
        loose[looseSize++] = frame;
        looseOf[frame / Zone.BLOCK]++;
    }

    /// The topmost frame takes the place of the one removed.
    private void removeLoose(int frame) {
        int top = loose[--looseSize];
        loose[place[frame]] = top;
        place[top] = place[frame];
        place[frame] = TAKEN;
        looseOf[frame / Zone.BLOCK]--;
    }

    @Override
    int takeBlock() {
        return blockCount > 0 ? blocks[--blockCount] * Zone.BLOCK : -1;
    }

    @Override
    void giveBlock(int first) {
        blocks[blockCount++] = first / Zone.BLOCK;
    }

    @Override
    void forEach(IntConsumer action) {
        for (int i = 0; i < looseSize; i++) {
            action.accept(loose[i]);
        }
        for (int b = 0; b < blockCount; b++) {
            for (int i = 0; i < Zone.BLOCK; i++) {
                action.accept(blocks[b] * Zone.BLOCK + i);
            }
        }
    }
}
