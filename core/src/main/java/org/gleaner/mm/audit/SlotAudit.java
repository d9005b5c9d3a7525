package org.gleaner.mm.audit;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.swap.SwapArea;

/// Each swap slot, once the entries that name it have been counted.
final class SlotAudit {
    private final Tally tally;
    private final Cpu cpu;
    private final Folios folios;

    SlotAudit(Tally tally) {
        this.tally = tally;
        cpu = tally.cpu;
        folios = tally.folios;
    }

    void checkSlots() {
        long unused = 0;
        for (int s = 0; s < tally.swapEntries.length; s++) {
            SwapArea.Slot slot = tally.host.swap().peek(cpu, s);
            tally.expect(
                    slot.mappings() == tally.swapEntries[s],
                    "slot %d: %d entries, says %d",
                    s,
                    tally.swapEntries[s],
                    slot.mappings());
            boolean owned = slot.pfn() >= 0;
            tally.expect(slot.cache() == owned, "slot %d is claimed", s);
            if (owned) {
                int pfn = folios.folio(cpu, slot.pfn());
                boolean cached = (folios.peek(cpu, pfn) & SWAPCACHE) != 0;
                boolean names = cached && folios.swapSlot(pfn) + slot.pfn() - pfn == s;
                tally.expect(names, "slot %d caches pfn %d, which is not its", s, slot.pfn());
            }
            boolean inUse = slot.cache() || slot.mappings() > 0;
            tally.expect(
                    slot.taken() == inUse, "slot %d: in use %s, taken %s", s, inUse, slot.taken());
            unused += inUse ? 0 : 1;
        }
        long says = tally.host.swap().free();
        tally.expect(unused == says, "%d free slots, says %d", unused, says);
    }
}
