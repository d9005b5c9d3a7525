package org.gleaner.lab.trace.gpt;

import java.util.Arrays;
import org.gleaner.lab.trace.format.Malformed;

/// The accesses of a frame as words: the page's id in bits 0 to 30, and bit 31 set for a write; and
/// the marks of what holds from some of them on. Reused for the next frame.
final class TouchFrame {

    private final int[] words = new int[FrameLayout.MOST_TOUCHES];
    private int[] markAt = new int[16];
    private boolean[] markIsTime = new boolean[16];
    private long[] markValue = new long[16];
    private int marks;
    private int lastId;
    private long cpu;
    private long time;

    int[] words() {
        return words;
    }

    int marks() {
        return marks;
    }

    /// The access of the frame from which mark `i` holds; ascending.
    int markAt(int i) {
        return markAt[i];
    }

    /// Whether it is a time, not a thread.
    boolean markIsTime(int i) {
        return markIsTime[i];
    }

    long markValue(int i) {
        return markValue[i];
    }

    /// Decodes a frame of `count` accesses to pages below `pages`. Frames are decoded in the order
    /// of the file, or from one on that [#resume] was told of.
    void decode(Payload payload, int count, int pages) {
        marks = payload.get(2 * FrameLayout.MOST_TOUCHES, "a count of marks");
        int position = 0;
        for (int i = 0; i < marks; i++) {
            long head = payload.get();
            if (head >>> 1 >= count - position) {
                throw new Malformed("", "a mark lies behind its frame");
            }
            position += (int) (head >>> 1);
            mark(i, position, (head & 1) != 0, payload.getSigned());
        }
        words(payload, count, pages);
        if (!payload.atEnd()) {
            throw new Malformed("", "a frame is longer than its accesses");
        }
    }

    private void mark(int i, int position, boolean isTime, long difference) {
        if (i == markAt.length) {
            markAt = Arrays.copyOf(markAt, i * 2);
            markIsTime = Arrays.copyOf(markIsTime, i * 2);
            markValue = Arrays.copyOf(markValue, i * 2);
        }
        markAt[i] = position;
        markIsTime[i] = isTime;
        markValue[i] = isTime ? (time += difference) : (cpu += difference);
    }

    private void words(Payload payload, int count, int pages) {
        long id = lastId;
        for (int i = 0; i < count; i++) {
            long step = payload.getSigned();
            id += step >> 1;
            if (id < 0 || id >= pages) {
                throw new Malformed("", "an access touches page " + id + " of " + pages);
            }
            words[i] = (int) id | (int) (step & 1) << 31;
        }
        lastId = (int) id;
    }
}
