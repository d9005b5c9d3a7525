package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// A process with one mapping and one task. Pages are numbered from the start of the mapping.
public final class Process {
    /// First virtual page of the mapping: at the start of a page table.
    public static final long BASE = 512;

    private static final PteFormat PTE = PteFormat.X86_64;

    public final Host host;
    public final Memcg memcg;
    public final AddressSpace mm;
    public final Vma vma;
    public final UserTask task;
    private final Walk walk = new Walk();
    private final Cpu maker;

    Process(Host host, Cpu cpu, Memcg memcg, RmapObject object, int pages) {
        this.host = host;
        maker = cpu;
        this.memcg = memcg;
        mm = host.newAddressSpace(cpu, memcg, host.memcgs().root());
        vma = mm.map(cpu, BASE, pages, object, 0, true);
        task = new UserTask(host.faults(), mm);
    }

    /// A process of an existing cgroup that maps all of an object.
    public static Process mapping(Host host, Cpu cpu, Memcg memcg, RmapObject object, int pages) {
        return new Process(host, cpu, memcg, object, pages);
    }

    public void read(Cpu cpu, long page) {
        assertThat(task.access(cpu, BASE + page, false)).isEqualTo(PageFaults.DONE);
    }

    public void write(Cpu cpu, long page) {
        assertThat(task.access(cpu, BASE + page, true)).isEqualTo(PageFaults.DONE);
    }

    /// Writes pages `from` to `to` once each, in order.
    public void writeAll(Cpu cpu, long from, long to) {
        for (long page = from; page < to; page++) {
            write(cpu, page);
        }
    }

    public void readAll(Cpu cpu, long from, long to) {
        for (long page = from; page < to; page++) {
            read(cpu, page);
        }
    }

    /// The page's entry, without a step.
    public long entry(long page) {
        mm.tables().find(maker, walk, mm.root(), BASE + page);
        return walk.level == 1 ? walk.entry : PteFormat.NONE;
    }

    public boolean isResident(long page) {
        return PTE.isPresent(entry(page));
    }

    public boolean isSwapped(long page) {
        return PTE.isSwap(entry(page));
    }

    /// Whether the page is mapped by a huge leaf.
    public boolean isHuge(long page) {
        mm.tables().find(maker, walk, mm.root(), BASE + page);
        return walk.level == 2 && PTE.isLeaf(walk.entry, 2);
    }

    /// The folio of a page that a huge leaf maps.
    public int hugeFolio(long page) {
        assertThat(isHuge(page)).as("page %d is huge", page).isTrue();
        return (int) PTE.pfn(walk.entry);
    }

    /// Takes the accessed bit of a huge leaf away, as if the page had not been used since.
    public void makeHugeOld(Cpu cpu, long page) {
        assertThat(isHuge(page)).as("page %d is huge", page).isTrue();
        Pte.testAndClearYoung(cpu, PteFormat.X86_64, walk.words, walk.index);
    }

    /// Where the page is, which must be mapped.
    public int pfn(long page) {
        long entry = entry(page);
        assertThat(PTE.isPresent(entry)).as("page %d is mapped", page).isTrue();
        return (int) PTE.pfn(entry);
    }

    /// The page's slot, which must be swapped out.
    public int slot(long page) {
        long entry = entry(page);
        assertThat(PTE.isSwap(entry)).as("page %d is swapped", page).isTrue();
        return (int) PTE.swapSlot(entry);
    }

    public boolean isYoung(long page) {
        return PTE.isAccessed(entry(page));
    }

    /// State of the folio that the page is in.
    public long state(Cpu cpu, long page) {
        return host.folios().peek(cpu, pfn(page));
    }

    public LruGen gen() {
        return memcg.lruvec().gen();
    }

    /// Sequence number of the generation that the page is labelled with, or -1.
    public long seq(Cpu cpu, long page) {
        int slot = FolioLayout.gen(state(cpu, page));
        long max = gen().peekMaxSeq(cpu);
        return slot < 0 ? -1 : max - LruGen.slot(max - slot);
    }

    /// Pages on the list of a generation, by link and not by label.
    public int linked(long seq) {
        return host.folios().lists.count(gen().list(LruGen.slot(seq), LruGen.ANON));
    }

    /// Pages labelled with a generation.
    public long labelled(long seq) {
        return gen().nrPages(LruGen.slot(seq), LruGen.ANON);
    }
}
