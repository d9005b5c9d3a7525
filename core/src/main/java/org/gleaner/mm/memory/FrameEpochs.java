package org.gleaner.mm.memory;

import java.util.concurrent.atomic.AtomicIntegerArray;

/// How often each frame has been freed, by which a use of what it held before is told from a use of
/// what it holds now. Kept where assertions are enabled; else every answer is 0 and costs nothing.
public final class FrameEpochs {
    /// Whether anything is kept.
    public static final boolean ARMED = FrameEpochs.class.desiredAssertionStatus();

    private final AtomicIntegerArray freed;

    public FrameEpochs(int frames) {
        freed = new AtomicIntegerArray(ARMED ? frames : 0);
    }

    /// How often the frame was freed; 0 for frames beyond the host's memory.
    public int of(int frame) {
        return frame < freed.length() ? freed.get(frame) : 0;
    }

    /// `pages` frames are nobody's any more.
    public void freed(int frame, int pages) {
        if (ARMED) {
            for (int i = frame; i < frame + pages; i++) {
                freed.incrementAndGet(i);
            }
        }
    }
}
