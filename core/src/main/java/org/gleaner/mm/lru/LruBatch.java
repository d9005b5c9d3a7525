package org.gleaner.mm.lru;

/// One CPU's pending list operations (`struct cpu_fbatches`). Private to its CPU.
final class LruBatch {
    /// Entries per queue on 6.12 (`PAGEVEC_SIZE`).
    static final int CAPACITY = 31;

    final Queue added = new Queue();
    final Queue rotated = new Queue();
    final Queue activated = new Queue();

    boolean isEmpty() {
        return added.size == 0 && rotated.size == 0 && activated.size == 0;
    }

    /// Folios in the order they were queued.
    static final class Queue {
        final int[] pfns = new int[CAPACITY];
        int size;

        /// Queues a folio; returns whether the queue is now full.
        boolean push(int pfn) {
            pfns[size++] = pfn;
            return size == CAPACITY;
        }

        /// Looks from the newest entry, where a folio just added is.
        boolean contains(int pfn) {
            for (int i = size - 1; i >= 0; i--) {
                if (pfns[i] == pfn) {
                    return true;
                }
            }
            return false;
        }
    }
}
