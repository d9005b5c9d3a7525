package org.gleaner.mm.memory;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.jspecify.annotations.Nullable;

/// Huge pages that are set apart (`hugetlbfs`, `vm.nr_hugepages`). They serve hugetlb files and
/// nobody else: no cgroup is charged for them, no list has them, and nobody reclaims, swaps or
/// splits one.
///
/// A mapping *reserves* the pages that it may need: so many of the free ones are for faults that
/// were promised one. Who was promised none gets a page only while more are free than are reserved.
///
/// A free page of the pool is a large folio that nobody refers to; who takes it has one reference,
/// and the pool has it back with the last.
public final class HugetlbPool {
    /// What a free page says.
    private static final long FREE = LARGE | UNEVICTABLE;

    private final Folios folios;
    private final Zone zone;
    private final FrameEpochs epochs;
    private final @Nullable FrameContents contents;
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.HUGETLB_LOCK);

    /// First frames of the free pages, of which there are [#count].
    @Guarded("hugetlb_lock")
    private int[] free = {};

    @Guarded("hugetlb_lock")
    private int count;

    @Guarded("hugetlb_lock")
    private int reserved;

    @Guarded("hugetlb_lock")
    private int pages;

    public HugetlbPool(
            Folios folios, Zone zone, FrameEpochs epochs, @Nullable FrameContents contents) {
        this.folios = folios;
        this.zone = zone;
        this.epochs = epochs;
        this.contents = contents;
    }

    /// The pages that it gives out are as many of these as a large folio has.
    public PageSize page() {
        return folios.page;
    }

    /// Takes up to `more` huge pages from the zone (`nr_hugepages`). Nobody makes room for
    /// them, so best done while the host is young.
    ///
    /// @return how many there were
    public int grow(Cpu cpu, int more) {
        Capacity.check("pages of a hugetlb pool", more, 0, folios.frames() / folios.hugePages);
        int got = 0;
        while (got < more) {
            int first = zone.allocateRange(cpu, folios.page.hugeOrder(), zone.watermarks().min());
            if (first < 0) {
                break;
            }
            folios.init(cpu, first, FREE);
            for (int i = 1; i < folios.hugePages; i++) {
                folios.init(cpu, first + i, TAIL);
            }
            lock.lock(cpu);
            pages++;
            push(first);
            lock.unlock(cpu);
            got++;
        }
        return got;
    }

    /// Promises `n` pages to a mapping; false if so many are not free and unpromised.
    public boolean reserve(Cpu cpu, int n) {
        lock.lock(cpu);
        boolean there = count - reserved >= n;
        reserved += there ? n : 0;
        lock.unlock(cpu);
        return there;
    }

    /// Takes back what was promised and not used.
    public void unreserve(Cpu cpu, int n) {
        lock.lock(cpu);
        assert reserved >= n : n + " of " + reserved + " reserved pages are given up";
        reserved -= n;
        lock.unlock(cpu);
    }

    /// A page with one reference, not zeroed; -1 if there is none.
    ///
    /// @param promised it was reserved, and there is one
    public int take(Cpu cpu, boolean promised) {
        lock.lock(cpu);
        int first = -1;
        if (count > (promised ? 0 : reserved)) {
            first = free[--count];
            reserved -= promised ? 1 : 0;
        }
        lock.unlock(cpu);
        assert first >= 0 || !promised : "a promised page is not there";
        if (first >= 0) {
            folios.clearPins(first);
            folios.init(cpu, first, FREE | UPTODATE | ONE_REF);
        }
        return first;
    }

    /// The last reference of a page is gone (`free_huge_folio`).
    public void give(Cpu cpu, int first) {
        if (contents != null) {
            contents.freed(cpu, first, folios.hugePages);
        }
        epochs.freed(first, folios.hugePages);
        folios.init(cpu, first, FREE);
        lock.lock(cpu);
        push(first);
        lock.unlock(cpu);
    }

    /// Takes a page whose memory is broken out of the pool, if it is free and no promise needs it
    /// (`dissolve_free_hugetlb_folio`). It has one reference then.
    public boolean withdraw(Cpu cpu, int first) {
        lock.lock(cpu);
        int at = count > reserved ? indexOf(first) : -1;
        if (at >= 0) {
            free[at] = free[--count];
            pages--;
        }
        lock.unlock(cpu);
        if (at >= 0) {
            folios.init(cpu, first, FREE | ONE_REF);
        }
        return at >= 0;
    }

    private int indexOf(int first) {
        for (int i = 0; i < count; i++) {
            if (free[i] == first) {
                return i;
            }
        }
        return -1;
    }

    private void push(int first) {
        if (count == free.length) {
            free = Arrays.copyOf(free, Math.max(16, 2 * count));
        }
        free[count++] = first;
    }

    /// Pages that the pool has, in use or not.
    public int pages(Cpu cpu) {
        lock.lock(cpu);
        int all = pages;
        lock.unlock(cpu);
        return all;
    }

    /// Pages that are free, promised ones included.
    public int free(Cpu cpu) {
        lock.lock(cpu);
        int now = count;
        lock.unlock(cpu);
        return now;
    }

    /// Free pages that are promised.
    public int reserved(Cpu cpu) {
        lock.lock(cpu);
        int now = reserved;
        lock.unlock(cpu);
        return now;
    }

    /// First frames of the free pages. For checks of a host at rest.
    public void forEachFree(IntConsumer action) {
        Arrays.stream(free, 0, count).forEach(action);
    }
}
