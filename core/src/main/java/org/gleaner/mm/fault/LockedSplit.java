package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.LARGE;
import static org.gleaner.mm.folio.FolioLayout.isHugetlb;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.huge.FolioSplit;
import org.gleaner.mm.lru.LruCache;

/// Takes a large folio apart for somebody who has neither a reference to it nor its lock
/// (`split_huge_pages`).
final class LockedSplit {
    /// What became of it.
    enum Outcome {
        /// It was not large.
        SMALL,

        /// Its pages are folios of their own now.
        SPLIT,

        /// Somebody else refers to it, it is free, or the hugetlb pool's.
        HELD
    }

    private final Folios folios;
    private final LruCache lru;
    private final FolioWait wait;
    private final FolioSplit split;

    LockedSplit(Folios folios, LruCache lru, FolioWait wait, FolioSplit split) {
        this.folios = folios;
        this.lru = lru;
        this.wait = wait;
        this.split = split;
    }

    /// Takes apart the folio that a frame is part of. May sleep; no lock may be held but mmap_lock.
    Outcome split(Cpu cpu, int pfn) {
        int head = folios.folio(cpu, pfn);
        if (isHugetlb(folios.peek(cpu, head)) || !folios.tryGet(cpu, head)) {
            return Outcome.HELD;
        }
        wait.lock(cpu, head);
        Outcome outcome = Outcome.SMALL;
        if (folios.test(cpu, head, LARGE)) {
            outcome = split.split(cpu, head, false) ? Outcome.SPLIT : Outcome.HELD;
        }
        wait.unlock(cpu, head);
        lru.put(cpu, head);
        return outcome;
    }
}
