package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memory.FrameContents;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.RadixTable;
import org.jspecify.annotations.Nullable;

/// The page and the huge page of zeroes that reads of untouched memory show, where a mapping asks
/// for that (`ZERO_PAGE`, `huge_zero_folio`). Entries that show them are read-only and *zero
/// entries*, see [PteFormat#isZero]: nobody counts them, and reclaim and aging pass over them. A
/// reference of who looks them up counts.
///
/// The small one is reserved: nobody marks it. The huge one is a folio as others are and can be
/// marked; address spaces that have used it are counted besides. Each is made when it is first
/// needed, so that a host that never does has all its frames, and is there for good. (The kernel
/// has the small one from the start, and a shrinker that frees the huge one.)
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `SMALL`, `HUGE`: the frame + 1 | who needs it first | CAS | faults | load |
/// | `USERS` | an address space's first fault, its end | atomics | tests | load |
public final class ZeroPages {
    private final PteFormat format;
    private static final int SMALL = 0, HUGE = 1, USERS = 2;
    private static final long SMALL_STATE = RESERVED | UPTODATE | ONE_REF;
    private static final long HUGE_STATE = LARGE | UPTODATE | ONE_REF;

    private final Folios folios;
    private final Zone zone;
    private final @Nullable FrameContents contents;
    private final long[] words = new long[3];

    ZeroPages(FaultContext host) {
        format = host.format();
        folios = host.folios();
        zone = host.node().zone();
        contents = host.node().contents();
    }

    /// The frame of zeroes; -1 if there is none and no memory for it.
    public int small(Cpu cpu) {
        long known = cpu.load(words, SMALL);
        if (known != 0) {
            return (int) known - 1;
        }
        int pfn = zone.allocate(cpu, zone.watermarks().low());
        if (pfn < 0) {
            return -1;
        }
        zero(cpu, pfn, 1);
        folios.init(cpu, pfn, SMALL_STATE);
        if (!cpu.cas(words, SMALL, 0, pfn + 1)) {
            folios.init(cpu, pfn, 0);
            zone.release(cpu, pfn);
        }
        return (int) cpu.load(words, SMALL) - 1;
    }

    /// First frame of the huge page of zeroes, for an address space that counts as its user from
    /// now on (`mm_get_huge_zero_folio`); -1 if there is none and no memory for it.
    int huge(Cpu cpu, AddressSpace mm) {
        long known = cpu.load(words, HUGE);
        if (known == 0 && !makeHuge(cpu)) {
            return -1;
        }
        if (mm.useHugeZero(cpu)) {
            cpu.fetchAdd(words, USERS, 1);
        }
        return (int) cpu.load(words, HUGE) - 1;
    }

    private boolean makeHuge(Cpu cpu) {
        int first = zone.allocateBlock(cpu, zone.watermarks().low());
        if (first < 0) {
            return false;
        }
        zero(cpu, first, folios.hugePages);
        folios.init(cpu, first, HUGE_STATE);
        for (int i = 1; i < folios.hugePages; i++) {
            folios.init(cpu, first + i, TAIL);
        }
        if (!cpu.cas(words, HUGE, 0, first + 1)) {
            for (int i = folios.hugePages - 1; i >= 0; i--) {
                folios.init(cpu, first + i, 0);
            }
            zone.releaseBlock(cpu, first);
        }
        return true;
    }

    private void zero(Cpu cpu, int pfn, int pages) {
        cpu.charge(Cost.ZERO_PAGE, (long) pages * folios.page.units());
        if (contents != null) {
            contents.zero(cpu, pfn, pages);
        }
    }

    /// An address space ends.
    void leave(Cpu cpu, AddressSpace mm) {
        if (mm.usesHugeZero(cpu)) {
            cpu.fetchAdd(words, USERS, -1);
        }
    }

    /// Address spaces that have used the huge page of zeroes and live.
    public long hugeUsers(Cpu cpu) {
        return cpu.load(words, USERS);
    }

    /// First frames of what has been made. For checks of a host at rest.
    public int[] made(Cpu cpu) {
        return java.util.stream.IntStream.of(SMALL, HUGE)
                .map(i -> (int) cpu.peek(words, i) - 1)
                .filter(pfn -> pfn >= 0)
                .toArray();
    }

    /// A zero entry of a level.
    long entry(int pfn, int level) {
        long flags = PteFormat.SPECIAL | PteFormat.SHARED | PteFormat.ACCESSED;
        return format.makeLeaf(pfn, level, flags);
    }

    /// A zero entry of a page.
    long entry(int pfn) {
        return entry(pfn, RadixTable.LEVEL_4K);
    }
}
