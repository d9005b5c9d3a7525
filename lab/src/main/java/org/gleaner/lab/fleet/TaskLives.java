package org.gleaner.lab.fleet;

import java.util.Arrays;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Heap;
import org.gleaner.machine.SplitMix64;

/// Lives put together from windows, one after the other in any order.
///
/// An open hash table over arrays, about 110 bytes a task.
final class TaskLives {

    private static final int MOST = 1 << 27;
    private static final int FIRST = 1 << 10;
    private static final long BYTES = 112;
    private static final double MOST_OF_THE_HEAP = 0.9;
    private static final double DIGITS = 1e9;

    private int[] table = filled(FIRST * 2);
    private long[] owner = new long[FIRST];
    private long[] index = new long[FIRST];

    /// When it was seen first and last.
    private double[] from = new double[FIRST];

    private double[] to = new double[FIRST];

    /// Seconds and memory-seconds of the windows that say what was used, and likewise for the size
    /// and for page cache.
    private double[] usedSeconds = new double[FIRST];

    private double[] used = new double[FIRST];
    private double[] sizeSeconds = new double[FIRST];
    private double[] size = new double[FIRST];
    private double[] cacheSeconds = new double[FIRST];
    private double[] cache = new double[FIRST];
    private double[] most = new double[FIRST];
    private int count;

    /// Takes a window of a life.
    void add(Stretch window) {
        int at = find(window.owner, window.index);
        double seconds = window.to - window.from;
        from[at] = Math.min(from[at], window.from);
        to[at] = Math.max(to[at], window.to);
        if (!Double.isNaN(window.used)) {
            usedSeconds[at] += seconds;
            used[at] += seconds * window.used;
            most[at] = Math.max(most[at], window.used);
        }
        if (!Double.isNaN(window.size)) {
            sizeSeconds[at] += seconds;
            size[at] += seconds * window.size;
        }
        if (!Double.isNaN(window.cache)) {
            cacheSeconds[at] += seconds;
            cache[at] += seconds * window.cache;
        }
        if (!Double.isNaN(window.most)) {
            most[at] = Math.max(most[at], window.most);
        }
    }

    int size() {
        return count;
    }

    /// Fills `stretch` with a whole life; means are over time.
    void get(int task, Stretch stretch) {
        stretch.clear();
        stretch.owner = owner[task];
        stretch.index = index[task];
        stretch.from = from[task];
        stretch.to = to[task];
        stretch.used = used[task] / usedSeconds[task];
        // A mean of equal numbers is a little off; sizes should stay as few as they are.
        stretch.size = Math.rint(size[task] / sizeSeconds[task] * DIGITS) / DIGITS;
        stretch.cache = cache[task] / cacheSeconds[task];
        stretch.most = usedSeconds[task] > 0 || most[task] > 0 ? most[task] : Double.NaN;
    }

    private int find(long ofOwner, long ofIndex) {
        int mask = table.length - 1;
        int at = SplitMix64.hash(ofOwner, ofIndex) & mask;
        for (int id; (id = table[at]) >= 0; at = at + 1 & mask) {
            if (owner[id] == ofOwner && index[id] == ofIndex) {
                return id;
            }
        }
        if (count == owner.length) {
            grow();
            return find(ofOwner, ofIndex);
        }
        table[at] = count;
        owner[count] = ofOwner;
        index[count] = ofIndex;
        from[count] = Double.POSITIVE_INFINITY;
        to[count] = Double.NEGATIVE_INFINITY;
        return count++;
    }

    private void grow() {
        long both = 3L * count * BYTES;
        if (count >= MOST || both > Heap.ofProcess().most() * MOST_OF_THE_HEAP) {
            throw new BadInput(
                    "",
                    "has more than %,d tasks, and needs more than %s"
                            .formatted(count, Heap.ofProcess().shortage(both)),
                    "set " + Heap.option(both) + ", or give fewer parts of the table");
        }
        int room = count * 2;
        owner = Arrays.copyOf(owner, room);
        index = Arrays.copyOf(index, room);
        from = Arrays.copyOf(from, room);
        to = Arrays.copyOf(to, room);
        usedSeconds = Arrays.copyOf(usedSeconds, room);
        used = Arrays.copyOf(used, room);
        sizeSeconds = Arrays.copyOf(sizeSeconds, room);
        size = Arrays.copyOf(size, room);
        cacheSeconds = Arrays.copyOf(cacheSeconds, room);
        cache = Arrays.copyOf(cache, room);
        most = Arrays.copyOf(most, room);
        table = filled(room * 2);
        int mask = table.length - 1;
        for (int id = 0; id < count; id++) {
            int at = SplitMix64.hash(owner[id], index[id]) & mask;
            while (table[at] >= 0) {
                at = at + 1 & mask;
            }
            table[at] = id;
        }
    }

    private static int[] filled(int length) {
        int[] empty = new int[length];
        Arrays.fill(empty, -1);
        return empty;
    }
}
