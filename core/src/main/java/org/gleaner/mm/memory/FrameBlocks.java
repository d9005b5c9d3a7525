package org.gleaner.mm.memory;

import java.util.function.IntConsumer;
import org.gleaner.machine.Guarded;
import org.gleaner.mm.folio.Folios;

/// Free frames in two orders, as a buddy allocator with nothing between: whole blocks of as many
/// aligned frames as a large folio has, and loose ones. Single frames come from the loose ones as
/// long as there are any; then a block is broken up. When the last frame of a block comes back, the
/// block is whole again.
///
/// The loose ones are a stack, linked both ways through the folio table: `freeNext` is the frame
/// below, `freePrev` the one above.
@Guarded("zone_lock")
final class FrameBlocks extends FreeFrames {
    private static final int NONE = -1;

    private final Folios links;
    private final int block;
    private int top = NONE;
    private int looseSize;
    private final int[] blocks;
    private int blockCount;

    /// By block: its loose frames.
    private final int[] looseOf;

    /// All frames but the last `taken` are free at first, and lower blocks are taken first.
    FrameBlocks(Folios links, int taken) {
        this.links = links;
        block = links.hugePages;
        int n = links.frames();
        looseOf = new int[n / block + 1];
        blocks = new int[n / block];
        int whole = (n - taken) / block;
        for (int b = whole - 1; b >= 0; b--) {
            blocks[blockCount++] = b;
        }
        for (int frame = n - taken - 1; frame >= whole * block; frame--) {
            addLoose(frame);
        }
    }

    @Override
    int size() {
        return looseSize + blockCount * block;
    }

    @Override
    int take(int[] to, int at, int n) {
        int taken = Math.min(n, size());
        for (int i = taken - 1; i >= 0; i--) {
            if (looseSize == 0) {
                breakUp(blocks[--blockCount] * block);
            }
            int frame = top;
            removeLoose(frame);
            to[at + i] = frame;
        }
        return taken;
    }

    private void breakUp(int first) {
        for (int i = block - 1; i >= 0; i--) {
            addLoose(first + i);
        }
    }

    @Override
    void give(int frame) {
        addLoose(frame);
        int of = frame / block;
        if (looseOf[of] == block) {
            for (int i = 0; i < block; i++) {
                removeLoose(of * block + i);
            }
            blocks[blockCount++] = of;
        }
    }

    private void addLoose(int frame) {
        links.lists.setFreeNext(frame, top);
        links.lists.setFreePrev(frame, NONE);
        if (top != NONE) {
            links.lists.setFreePrev(top, frame);
        }
        top = frame;
        looseSize++;
        looseOf[frame / block]++;
    }

    /// The topmost frame takes the place of the one removed.
    private void removeLoose(int frame) {
        int taken = top;
        top = links.lists.freeNext(taken);
        if (top != NONE) {
            links.lists.setFreePrev(top, NONE);
        }
        if (taken != frame) {
            replace(frame, taken);
        }
        looseSize--;
        looseOf[frame / block]--;
    }

    private void replace(int frame, int by) {
        int below = links.lists.freeNext(frame);
        int above = links.lists.freePrev(frame);
        links.lists.setFreeNext(by, below);
        links.lists.setFreePrev(by, above);
        if (below != NONE) {
            links.lists.setFreePrev(below, by);
        }
        if (above != NONE) {
            links.lists.setFreeNext(above, by);
        } else {
            top = by;
        }
    }

    @Override
    int takeBlock() {
        return blockCount > 0 ? blocks[--blockCount] * block : -1;
    }

    @Override
    int takeRange(int order) {
        int first = takeBlock();
        for (int i = block - 1; first >= 0 && i >= 1 << order; i--) {
            addLoose(first + i);
        }
        return first;
    }

    @Override
    void giveBlock(int first) {
        blocks[blockCount++] = first / block;
    }

    @Override
    void forEach(IntConsumer action) {
        for (int frame = top; frame != NONE; frame = links.lists.freeNext(frame)) {
            action.accept(frame);
        }
        for (int b = 0; b < blockCount; b++) {
            for (int i = 0; i < block; i++) {
                action.accept(blocks[b] * block + i);
            }
        }
    }
}
