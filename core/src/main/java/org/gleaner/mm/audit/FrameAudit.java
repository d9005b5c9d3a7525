package org.gleaner.mm.audit;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.swap.SwapArea;

/// Each frame, once everything that refers to it has been counted: it is free, a driver's, the tail
/// of a large folio, or a folio that says of itself what was found.
final class FrameAudit {
    private final Tally tally;
    private final Cpu cpu;
    private final Folios folios;

    FrameAudit(Tally tally) {
        this.tally = tally;
        cpu = tally.cpu;
        folios = tally.folios;
    }

    void checkFrame(int pfn) {
        long state = folios.peek(cpu, pfn);
        if (tally.free[pfn] != 0 || state == 0) {
            tally.expect(tally.free[pfn] == 1, "pfn %d is free %d times", pfn, tally.free[pfn]);
            tally.expect(state == 0, "pfn %d is free, its state is %x", pfn, state);
            tally.expect(tally.references[pfn] == 0, "pfn %d is free and used", pfn);
            tally.expect(tally.onList[pfn] < 0, "pfn %d is free and on a list", pfn);
            return;
        }
        if (isDriver(state)) {
            checkDriver(pfn, state);
            return;
        }
        if ((state & TAIL) != 0) {
            checkTail(pfn, state);
            return;
        }
        for (int i = 0; (state & SWAPCACHE) != 0 && i < folios.pages(state); i++) {
            tally.references[pfn]++;
            SwapArea.Slot slot = tally.host.swap().peek(cpu, folios.swapSlot(pfn) + i);
            tally.expect(slot.pfn() == pfn + i, "pfn %d is not in the cache of its slot", pfn + i);
        }
        if ((state & LARGE) != 0) {
            int tails = tails(pfn);
            tally.expect(
                    tails == folios.hugePages - 1, "pfn %d is large and has %d tails", pfn, tails);
        }
        tally.expect(
                mapcount(state) == tally.mappings[pfn] || isReserved(state),
                "pfn %d: %d mappings, says %d",
                pfn,
                tally.mappings[pfn],
                mapcount(state));
        tally.expect(
                refcount(state) == tally.references[pfn],
                "pfn %d: %d references, says %d",
                pfn,
                tally.references[pfn],
                refcount(state));
        tally.expect((state & LOCKED) == 0, "pfn %d is locked", pfn);
        boolean listed = tally.onList[pfn] >= 0;
        tally.expect(((state & LRU) != 0) == listed, "pfn %d: listed %s", pfn, listed);
        tally.expect(listed || gen(state) < 0, "pfn %d has a generation and is on no list", pfn);
    }

    /// Nobody but the driver refers to its frame, and no list has it.
    private void checkDriver(int pfn, long state) {
        boolean alone =
                refcount(state) <= 1 && tally.references[pfn] == 0 && tally.mappings[pfn] == 0;
        tally.expect(alone, "pfn %d is a driver's and has %d references", pfn, refcount(state));
        tally.expect(tally.onList[pfn] < 0, "pfn %d is a driver's and on a list", pfn);
    }

    private int tails(int head) {
        int n = 0;
        for (int i = 1; i < folios.hugePages; i++) {
            n += (folios.peek(cpu, head + i) & TAIL) != 0 ? 1 : 0;
        }
        return n;
    }

    /// A frame of a large folio says nothing of its own.
    private void checkTail(int pfn, long state) {
        int head = folios.folio(cpu, pfn);
        long ofHead = folios.peek(cpu, head);
        tally.expect((ofHead & LARGE) != 0, "pfn %d is a tail of nothing", pfn);
        boolean plain = state == (TAIL | ofHead & MEMCG_MASK);
        tally.expect(plain, "pfn %d is a tail, its state is %x", pfn, state);
        boolean unused =
                tally.references[pfn] == 0 && tally.mappings[pfn] == 0 && tally.onList[pfn] < 0;
        tally.expect(unused, "pfn %d is a tail and used by itself", pfn);
    }
}
