package org.gleaner.mm.lru;

import java.util.function.IntConsumer;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.version.KernelVersion;

/// One CPU's pending list operations (`struct cpu_fbatches`). Private to its CPU.
final class LruBatch {
    final Queue added;
    final Queue rotated;
    final Queue activated;

    LruBatch(int capacity) {
        added = new Queue(capacity);
        rotated = new Queue(capacity);
        activated = new Queue(capacity);
    }

    /// Entries per queue (`PAGEVEC_SIZE`).
    static int capacity(KernelVersion kernel) {
        return kernel.isBefore(KernelVersion.V6_12) ? 15 : 31;
    }

    boolean isEmpty() {
        return added.size == 0 && rotated.size == 0 && activated.size == 0;
    }

    void forEach(IntConsumer action) {
        added.forEach(action);
        rotated.forEach(action);
        activated.forEach(action);
    }

    /// Folios in the order they were queued.
    @OneCpu
    static final class Queue {
        final int[] pfns;
        int size;

        private Queue(int capacity) {
            pfns = new int[capacity];
        }

        /// Queues a folio; returns whether the queue is now full.
        boolean push(int pfn) {
            pfns[size++] = pfn;
            return size == pfns.length;
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
