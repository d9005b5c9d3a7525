package org.gleaner.mm.gup;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;

/// A process that has nothing but a pool of huge pages mapped, set apart at boot, of 2 MiB or 1
/// GiB: what a secondary MMU sees of it, without page tables, and without a record for each frame.
/// For guests so large that a [org.gleaner.mm.memory.HugetlbPool]'s records would not fit.
///
/// The first touch of a huge page zeroes it, by one task while others wait for it. After that a
/// page stays where it is for good: nobody reclaims, migrates or splits it, so there are no
/// invalidations, and its marks tell nobody anything.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `states` | who zeroes the page | CAS, then full | lookups | acquire | the zeroed page |
public final class PooledPages implements UserPages, PagesByNumber {
    private static final long ABSENT = 0, ZEROING = 1, THERE = 2;

    private final MmuNotifierSubscriptions notifiers = new MmuNotifierSubscriptions();
    private final long firstVpn;
    private final long size;
    private final int level;
    private final Word[] states;

    /// A pool of which nothing has been touched.
    ///
    /// @param firstVpn where the process maps its first page, aligned to a huge one
    /// @param pages of 4 KiB, a multiple of `size`
    /// @param size of a huge page, in pages of 4 KiB
    public PooledPages(long firstVpn, long pages, long size) {
        this.firstVpn = firstVpn;
        this.size = size;
        level =
                size == Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_1G)
                        ? RadixTable.LEVEL_1G
                        : RadixTable.LEVEL_2M;
        states = new Word[Math.toIntExact(pages / size)];
        for (int i = 0; i < states.length; i++) {
            states[i] = new Word();
        }
    }

    @Override
    public MmuNotifierSubscriptions notifiers() {
        return notifiers;
    }

    @Override
    public void lookUp(Cpu cpu, long vpn, int how, PageClaim claim) {
        long page = vpn - firstVpn;
        if (page < 0 || page >= states.length * size) {
            claim.fail(PageClaim.FAULT);
            return;
        }
        Word state = states[(int) (page / size)];
        if (cpu.load(state) != THERE) {
            touchFirst(cpu, state);
        }
        claim.own(PageClaim.Kind.OWNED, (int) page, true);
    }

    private void touchFirst(Cpu cpu, Word state) {
        cpu.chargeVarying(Cost.HOST_FAULT);
        if (cpu.cas(state, ABSENT, ZEROING)) {
            cpu.charge(Cost.ZERO_PAGE, size);
            cpu.store(state, THERE);
        } else {
            cpu.block(state, -1, THERE);
        }
    }

    @Override
    public int mappingLevel(Cpu cpu, long vpn) {
        return level;
    }

    @Override
    public void put(Cpu cpu, PageClaim claim) {
        claim.free();
    }

    @Override
    public void markAccessed(Cpu cpu, PageClaim claim) {}

    @Override
    public void setDirty(Cpu cpu, PageClaim claim) {}

    @Override
    public PagesByNumber byNumber() {
        return this;
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {}

    @Override
    public void setDirty(Cpu cpu, int pfn) {}

    @Override
    public boolean hasPage(int pfn) {
        return true;
    }

    @Override
    public boolean tryGet(Cpu cpu, int pfn) {
        return true;
    }

    @Override
    public void put(Cpu cpu, int pfn) {}
}
