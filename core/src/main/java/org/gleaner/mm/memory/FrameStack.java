package org.gleaner.mm.memory;

import java.util.function.IntConsumer;
import org.gleaner.machine.Guarded;
import org.gleaner.mm.folio.Folios;

/// Single frames, last freed first used. Knows no blocks. A free frame names the one below it by
/// its link in the folio table; frames that were never taken are the lowest, and need none.
@Guarded("zone_lock")
final class FrameStack extends FreeFrames {
    private static final int NONE = -1;

    private final Folios links;
    private int top = NONE;

    /// Frames from here on, up to [#end], were never taken.
    private int fresh;

    private int end;

    private int size;

    /// All frames but the last `taken` are free at first, to be taken in ascending order.
    FrameStack(Folios links, int taken) {
        this.links = links;
        end = links.frames() - taken;
        size = end;
    }

    @Override
    int size() {
        return size;
    }

    @Override
    int take(int[] to, int at, int n) {
        int taken = Math.min(n, size);
        for (int i = taken - 1; i >= 0; i--) {
            to[at + i] = pop();
        }
        size -= taken;
        return taken;
    }

    private int pop() {
        int frame = top;
        if (frame == NONE) {
            return fresh++;
        }
        top = links.lists.freeNext(frame);
        return frame;
    }

    @Override
    void give(int frame) {
        links.lists.setFreeNext(frame, top);
        top = frame;
        size++;
    }

    @Override
    int takeBlock() {
        return -1;
    }

    @Override
    void giveBlock(int first) {
        throw new IllegalStateException("frame " + first + " was never part of a block");
    }

    /// From the end of those that were never taken; there are no others next to each other.
    @Override
    int takeRange(int order) {
        int pages = 1 << order;
        int first = (end - pages) & -pages;
        if (first < fresh) {
            return -1;
        }
        int behind = end;
        end = first;
        size -= behind - first;
        for (int frame = first + pages; frame < behind; frame++) {
            give(frame);
        }
        return first;
    }

    @Override
    void forEach(IntConsumer action) {
        for (int frame = top; frame != NONE; frame = links.lists.freeNext(frame)) {
            action.accept(frame);
        }
        for (int frame = fresh; frame < end; frame++) {
            action.accept(frame);
        }
    }
}
