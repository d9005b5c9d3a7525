package org.gleaner.kvm.mmu;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntUnaryOperator;
import org.gleaner.pagetable.Geometry;

/// P4: no access goes to a page that was freed. Of each guest page that is mapped, the frame and
/// how often that frame had been freed by then: if it has been freed once more when the guest uses
/// the entry, the frame is somebody else's, or nobody's.
///
/// It sees what the other rules do not: a host that gives a page away without telling anybody
/// leaves every entry, its flush and its gate as they should be.
///
/// A fault writes the record before it installs the entry, while the page cannot go; an access
/// reads it after it has read the entry, or keeps it together with a cached translation. What is
/// not mapped keeps its last record. Armed by assertions, like [Invariants].
public final class PageEpochs {
    private static final int EPOCH_BITS = 32;
    private static final int CHUNK_SHIFT = 9;
    private static final int LAST = (1 << CHUNK_SHIFT) - 1;

    private final Geometry geometry;
    private final IntUnaryOperator freed;

    /// By the upper bits of the gfn: for each page its frame, plus 1, above how often it was freed.
    private final ConcurrentHashMap<Long, AtomicLongArray> records = new ConcurrentHashMap<>();

    /// @param freed how often a frame was freed until now
    PageEpochs(Geometry geometry, IntUnaryOperator freed) {
        this.geometry = geometry;
        this.freed = freed;
    }

    /// A leaf of `level` is about to be installed at `gfn`, aligned to it, that maps pages from
    /// `pfn` on.
    public void installs(long gfn, long pfn, int level) {
        if (!Invariants.ARMED) {
            return;
        }
        for (long page = 0; page < geometry.pages(level); page++) {
            records.computeIfAbsent(
                            gfn + page >>> CHUNK_SHIFT, upper -> new AtomicLongArray(LAST + 1))
                    .set((int) (gfn + page) & LAST, record(pfn + page));
        }
    }

    private long record(long pfn) {
        int frame = (int) pfn;
        return pfn + 1 << EPOCH_BITS | freed.applyAsInt(frame) & 0xffff_ffffL;
    }

    /// What was noted when `gfn` was mapped last; 0 if it never was.
    long of(long gfn) {
        AtomicLongArray table = records.get(gfn >>> CHUNK_SHIFT);
        return table == null ? 0 : table.get((int) gfn & LAST);
    }

    /// The guest uses `gfn` through an entry that it has just read, of frame `pfn`. A record that
    /// does not agree is read once more: the entry may be newer than what was seen of it first.
    void used(long gfn, long pfn) {
        if (!agrees(of(gfn), pfn)) {
            used(gfn, pfn, of(gfn));
        }
    }

    /// The guest uses `gfn` through an entry of frame `pfn` that it has cached with `record`.
    void used(long gfn, long pfn, long record) {
        if (!agrees(record, pfn)) {
            throw Invariants.broken(
                    "P4: gfn " + gfn + " is accessed in frame " + pfn + ", which was freed since");
        }
    }

    /// A record of another frame says nothing of this one.
    private boolean agrees(long record, long pfn) {
        return record >>> EPOCH_BITS != pfn + 1 || record == record(pfn);
    }
}
