package org.gleaner.check.mm;

import java.util.Arrays;
import org.gleaner.check.program.Finding;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifier;
import org.gleaner.pagetable.Walk;

/// The simplest secondary MMU: it remembers which page is where, and forgets at the start of an
/// invalidation.
///
/// It knows its rights: while it remembers a page, the process's own entry shows that page;
/// whatever begins ends, and nothing ends that has not begun; and nobody calls it once it has
/// unsubscribed.
final class Mirror extends MmuNotifier {
    private static final long NONE = -1;

    /// Set once the subscription has ended.
    final Word gone = new Word();

    private final MemoryActs acts;
    private final long[] pfns;
    private final Walk[] walks;
    private final Word begun = new Word();

    /// Remembers pages below `pages`.
    Mirror(MemoryActs acts, int pages) {
        this.acts = acts;
        pfns = new long[pages];
        walks = new Walk[pages];
        Arrays.fill(pfns, NONE);
    }

    /// Remembers where a page is, while nobody runs.
    void map(Cpu cpu, int page) {
        Walk walk = new Walk();
        UserPages users = acts.host().pages().of(acts.mm());
        PageClaim claim = new PageClaim();
        users.lookUp(cpu, MemoryActs.BASE + page, Lookup.WRITE, claim);
        pfns[page] = claim.pfn();
        users.put(cpu, claim);
        acts.mm().tables().find(cpu, walk, acts.mm().root(), MemoryActs.BASE + page);
        walks[page] = walk;
    }

    /// An access by way of what is remembered.
    void use(Cpu cpu, int page) {
        check(page, cpu.load(pfns, page));
    }

    private void check(int page, long pfn) {
        Finding.check(
                pfn == NONE || MemoryActs.shows(walks[page], page, (int) pfn),
                "page " + page + " has changed, and a subscriber was not told first");
    }

    private boolean called(Cpu cpu) {
        Finding.check(cpu.load(gone) == 0, "a subscriber is called that has unsubscribed");
        return false;
    }

    private void forget(Cpu cpu, int from, int to) {
        for (int page = from; page < Math.min(to, pfns.length); page++) {
            long pfn = cpu.load(pfns, page);
            check(page, pfn);
            if (pfn != NONE) {
                cpu.store(pfns, page, NONE);
            }
        }
    }

    @Override
    public boolean clearFlushYoung(Cpu cpu, long start, long end) {
        return called(cpu);
    }

    @Override
    public boolean clearYoung(Cpu cpu, long start, long end) {
        return called(cpu);
    }

    @Override
    public boolean testYoung(Cpu cpu, long vpn) {
        return called(cpu);
    }

    @Override
    public void invalidateRangeStart(
            Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
        called(cpu);
        cpu.fetchAdd(begun, 1);
        forget(cpu, (int) (start - MemoryActs.BASE), (int) (end - MemoryActs.BASE));
    }

    @Override
    public void invalidateRangeEnd(Cpu cpu, long start, long end) {
        called(cpu);
        Finding.check(cpu.fetchAdd(begun, -1) > 0, "an invalidation ends that has not begun");
    }

    @Override
    public void release(Cpu cpu) {
        called(cpu);
        forget(cpu, 0, pfns.length);
    }
}
