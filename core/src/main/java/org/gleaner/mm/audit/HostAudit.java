package org.gleaner.mm.audit;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;

/// Counts a host that is at rest from scratch, page by page, and compares with what its books say.
///
/// | what | must equal |
/// |---|---|
/// | a folio's mapping count | the present entries that show it, a huge leaf being one |
/// | a large folio | one head and 511 tails that say nothing, mapped by huge leaves alone |
/// | its reference count | its mappings, its cache, per-CPU batches, pins stated by the caller |
/// | its LRU flag and generation label | the list it is on; active flags are for classic lists only |
/// | sizes of lists and generations | folios counted, by label; of the two, only those in use have any |
/// | generations of a type | 2 to 4, file no older than anonymous, births in order |
/// | a slot's count | the swap entries in page tables and memfds that name it |
/// | a slot's cache | the one folio that names it |
/// | frames | free or zram's exactly once, or in use |
/// | page tables in use | those that can be reached in address spaces on a cgroup's list |
/// | objects of the reverse map | those that have a mapping or an owner outside |
/// | a cgroup's usage | folios, pages in stocks, kernel pages stated by the caller, there and below |
///
/// Nothing here is a step, so the engine must have finished its run.
public final class HostAudit {
    private final Host host;
    private final Tally tally;

    /// An audit by way of any CPU of the host's engine, which stays untouched.
    public HostAudit(Host host, Cpu cpu) {
        this.host = host;
        tally = new Tally(host, cpu);
    }

    /// States that somebody holds a reference of a page.
    public HostAudit pinned(int pfn) {
        tally.references[tally.folios.folio(tally.cpu, pfn)]++;
        return this;
    }

    /// Everything that does not add up, in words; the first twenty. To be called once.
    public List<String> findings() {
        EntryAudit entries = new EntryAudit(tally);
        for (Memcg memcg : host.memcgs().all()) {
            for (AddressSpace mm : host.mmLists().of(memcg).mms()) {
                entries.countEntries(mm);
            }
        }
        new ObjectAudit(tally).countHeld();
        entries.checkTables();
        countElsewhere();
        ListAudit lists = new ListAudit(tally);
        for (Memcg memcg : host.memcgs().all()) {
            lists.countLists(memcg);
        }
        FrameAudit frames = new FrameAudit(tally);
        for (int pfn = 0; pfn < tally.folios.frames(); pfn++) {
            frames.checkFrame(pfn);
        }
        new SlotAudit(tally).checkSlots();
        new UsageAudit(tally).checkUsage();
        return tally.findings();
    }

    /// Pages that are held by no table, file or list, and those that are free.
    private void countElsewhere() {
        for (int zeroes : host.userMemory().zeroPages().made(tally.cpu)) {
            tally.references[zeroes]++;
        }
        host.lru().forEachBatched(pfn -> tally.references[pfn]++);
        host.userMemory().failure().forEachBroken(pfn -> tally.references[pfn]++);
        host.node().zone().forEachFree(pfn -> tally.free[pfn]++);
        host.swap().memory().forEachFrame(pfn -> tally.free[pfn]++);
    }
}
