package org.gleaner.mm.swap;

import java.util.Arrays;

/// Which slots are free: bitmaps of clusters, a queue of empty clusters, one of partly used ones. Under the
/// area's lock.
final class SlotClusters {
    private final int size;
    private final int cluster;
    private final long[] used;
    private final int[] usedInCluster;
    private final int[] current;

    /// Where the next search for an unused cluster begins.
    private int nextUnused;

    private final IntQueue empty;
    private final IntQueue partial;
    private final boolean[] isPartial;

    SlotClusters(int size, int cluster, int maxCpus) {
        this.size = size;
        this.cluster = cluster;
        int clusters = (size + cluster - 1) / cluster;
        used = new long[(clusters * cluster + 63) / 64];
        usedInCluster = new int[clusters];
        current = new int[maxCpus];
        Arrays.fill(current, -1);
        empty = new IntQueue(clusters);
        partial = new IntQueue(clusters);
        isPartial = new boolean[clusters];
        for (int c = 0; c < clusters; c++) {
            empty.add(c);
        }
        for (int s = size; s < clusters * cluster; s++) {
            used[s >>> 6] |= 1L << s;
            usedInCluster[s / cluster]++;
        }
    }

    /// A free slot, from the CPU's own cluster if it has room, else an empty, else a partly used one.
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
            int c = empty.isEmpty() ? -1 : empty.remove();
            if (c < 0 && !partial.isEmpty()) {
                c = partial.remove();
                isPartial[c] = false;
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

    /// The first slot of a cluster none of which was in use, or -1. The cluster stays queued where it was, and who
    /// comes upon it there finds it full.
    int takeCluster() {
        int clusters = usedInCluster.length;
        for (int i = 0; i < clusters; i++) {
            int c = (nextUnused + i) % clusters;
            if (usedInCluster[c] == 0) {
                nextUnused = c + 1;
                usedInCluster[c] = cluster;
                int first = c * cluster;
                for (int s = first; s < first + cluster; s++) {
                    used[s >>> 6] |= 1L << s;
                }
                return first;
            }
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

    void giveBack(int slot) {
        used[slot >>> 6] &= ~(1L << slot);
        int c = slot / cluster;
        usedInCluster[c]--;
        if (!isPartial[c]) {
            isPartial[c] = true;
            partial.add(c);
        }
    }

    /// A ring of ints.
    private static final class IntQueue {
        private final int[] items;
        private int first;
        private int count;

        IntQueue(int capacity) {
            items = new int[Math.max(1, capacity)];
        }

        boolean isEmpty() {
            return count == 0;
        }

        void add(int item) {
            items[(first + count++) % items.length] = item;
        }

        int remove() {
            int item = items[first];
            first = (first + 1) % items.length;
            count--;
            return item;
        }
    }
}
