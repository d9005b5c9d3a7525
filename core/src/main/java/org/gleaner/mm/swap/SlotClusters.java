package org.gleaner.mm.swap;

import java.util.Arrays;
import org.gleaner.machine.Guarded;
import org.gleaner.mm.version.KernelVersion;

/// Which slots are free: bitmaps of clusters, a queue of empty clusters, one of partly used ones.
/// Under the area's lock.
///
/// A CPU fills its own cluster front to back, then takes another: up to 6.12 an empty one if there
/// is any, since 6.18 rather one that was full and has slots again, which keeps the area compact
/// and its pages less in order.
@Guarded("swap_lock")
final class SlotClusters {
    private final int size;
    private final int cluster;
    private final long[] used;
    private final int[] usedInCluster;
    private final int[] current;
    private final ClusterQueue empty;
    private final ClusterQueue partial;
    private final boolean prefersPartial;

    SlotClusters(int size, int cluster, KernelVersion kernel, int maxCpus) {
        this.size = size;
        this.cluster = cluster;
        prefersPartial = !kernel.isBefore(KernelVersion.V6_18);
        int clusters = (size + cluster - 1) / cluster;
        used = new long[(clusters * cluster + 63) / 64];
        usedInCluster = new int[clusters];
        current = new int[maxCpus];
        Arrays.fill(current, -1);
        empty = new ClusterQueue(clusters);
        partial = new ClusterQueue(clusters);
        for (int c = 0; c < clusters; c++) {
            empty.add(c);
        }
        for (int s = size; s < clusters * cluster; s++) {
            used[s >>> 6] |= 1L << s;
            usedInCluster[s / cluster]++;
        }
    }

    /// A free slot, or -1.
    int take(int cpu) {
        for (; ; ) {
            int next = current[cpu];
            if (next >= 0) {
                int slot = nextFree(next);
                if (slot >= 0) {
                    used[slot >>> 6] |= 1L << slot;
                    usedInCluster[slot / cluster]++;
                    current[cpu] = slot;
                    return slot;
                }
                current[cpu] = -1;
            }
            int c = prefersPartial ? partial.poll() : empty.poll();
            if (c < 0) {
                c = prefersPartial ? empty.poll() : partial.poll();
            }
            if (c < 0) {
                c = clusterOfAnotherCpu();
            }
            if (c < 0) {
                return -1;
            }
            current[cpu] = c * cluster;
        }
    }

    /// The first slot of a cluster none of which was in use, all of which is taken with it; or -1.
    int takeCluster() {
        for (int c = empty.poll(); c >= 0; c = empty.poll()) {
            int first = c * cluster;
            // a CPU may have gone on in its cluster after that had become empty
            if (usedInCluster[c] == 0) {
                usedInCluster[c] = cluster;
                for (int s = first; s < first + cluster; s++) {
                    used[s >>> 6] |= 1L << s;
                }
                return first;
            }
            partial.add(c);
        }
        return -1;
    }

    /// Nothing is queued any more: a cluster that another CPU has not filled up yet, or -1.
    private int clusterOfAnotherCpu() {
        for (int next : current) {
            if (next >= 0 && usedInCluster[next / cluster] < cluster) {
                return next / cluster;
            }
        }
        return -1;
    }

    /// The first free slot at or after `from` in its cluster, or -1.
    private int nextFree(int from) {
        int end = Math.min((from / cluster + 1) * cluster, size);
        for (int s = from; s < end; ) {
            long word = ~used[s >>> 6] >>> s;
            if (word != 0) {
                s += Long.numberOfTrailingZeros(word);
                return s < end ? s : -1;
            }
            s = (s | 63) + 1;
        }
        return -1;
    }

    boolean isUsed(int slot) {
        return (used[slot >>> 6] & 1L << slot) != 0;
    }

    /// Frees a slot. Its cluster becomes a partly used one, at the end of their queue if it was not
    /// one before, or an empty one, which is returned.
    boolean giveBack(int slot) {
        used[slot >>> 6] &= ~(1L << slot);
        int c = slot / cluster;
        if (--usedInCluster[c] == 0) {
            partial.remove(c);
            empty.add(c);
            return true;
        }
        partial.add(c);
        return false;
    }

    /// Clusters in the order they were added, each at most once; removes from anywhere.
    @Guarded("swap_lock")
    private static final class ClusterQueue {
        private static final int NOT_QUEUED = -2;

        /// Neighbours by cluster; the last index stands for both ends.
        private final int[] next;

        private final int[] previous;
        private final int ends;

        ClusterQueue(int clusters) {
            ends = clusters;
            next = new int[clusters + 1];
            previous = new int[clusters + 1];
            Arrays.fill(next, NOT_QUEUED);
            next[ends] = ends;
            previous[ends] = ends;
        }

        void add(int c) {
            if (next[c] != NOT_QUEUED) {
                return;
            }
            int last = previous[ends];
            next[last] = c;
            previous[c] = last;
            next[c] = ends;
            previous[ends] = c;
        }

        void remove(int c) {
            if (next[c] == NOT_QUEUED) {
                return;
            }
            next[previous[c]] = next[c];
            previous[next[c]] = previous[c];
            next[c] = NOT_QUEUED;
        }

        /// Takes the first, or returns -1.
        int poll() {
            int first = next[ends];
            if (first == ends) {
                return -1;
            }
            remove(first);
            return first;
        }
    }
}
