package org.gleaner.mm.lru;

import java.util.function.IntConsumer;

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

    void forEach(IntConsumer action) {
        added.forEach(action);
        rotated.forEach(action);
        activated.forEach(action);
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

        void forEach(IntConsumer action) {
            for (int i = 0; i < size; i++) {
                action.accept(pfns[i]);
            }
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
