package org.gleaner.mm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Random;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.gup.GetUserPages;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// One thread of one process that writes to real pages and remembers what it wrote.
///
/// Each torturer has a word of its own in every page, and counts in it. Word 0 of a page says which
/// page it is. So whatever is lost, kept twice or mixed up on the way to swap and back is seen at
/// the next look.
///
/// A CPU's access and the unmapping of the page exclude each other on a real machine, by the TLB
/// flush. No TLB is modelled here, so the access is made under the lock of the page table.
final class Torturer {
    private static final PteFormat PTE = PteFormat.X86_64;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final Host host;
    private final PageContents contents;
    private final Process process;
    private final int word;
    private final Random random;
    private final UserTask task;
    private final Walk walk = new Walk();
    private final Region[] regions;
    private final Region scratch;
    private Vma scratchVma;
    long accesses;

    /// A range of virtual pages, and what this torturer has written there.
    ///
    /// @param name what word 0 of its page 0 says; the others follow
    record Region(long start, int pages, long name, long[] written) {
        Region(long start, int pages, long name) {
            this(start, pages, name, new long[pages]);
        }
    }

    /// @param scratch memory of its own that it may map and unmap
    Torturer(Process process, int word, long seed, Vma scratch, Region... regions) {
        this.process = process;
        scratchVma = scratch;
        this.scratch =
                new Region(scratch.start(), (int) (scratch.end() - scratch.start()), 7_000_000);
        this.word = word;
        this.regions = regions;
        host = process.host;
        contents = host.contents();
        random = new Random(seed);
        task = new UserTask(host.faults(), process.mm);
    }

    void run(Cpu cpu, long nanos) {
        long end = cpu.now() + nanos;
        while (cpu.now() < end) {
            for (int i = 0; i < 64; i++) {
                step(cpu);
            }
            process.memcg.lruvec().flushStats(cpu);
        }
        for (Region region : regions) {
            for (int page = 0; page < region.pages; page++) {
                access(cpu, region, page, false);
            }
        }
    }

    private void step(Cpu cpu) {
        Region region = regions[random.nextInt(regions.length)];
        boolean hot = random.nextInt(100) < 60;
        int page = random.nextInt(hot ? region.pages / 5 : region.pages);
        int what = random.nextInt(1_000);
        if (what < 50) {
            pinned(cpu, region, page);
        } else if (what < 52) {
            host.reclaim().age(cpu, process.memcg, random.nextBoolean());
        } else if (what < 54) {
            host.lru().drain(cpu);
        } else if (what < 100) {
            access(cpu, scratch, random.nextInt(scratch.pages), random.nextBoolean());
        } else if (what < 103) {
            renew(cpu);
        } else if (what < 110) {
            idle(cpu, region.start + page);
        } else {
            access(cpu, region, page, random.nextInt(3) == 0);
        }
        accesses++;
    }

    /// Takes the scratch memory away and maps it anew: what was there is gone, be it in memory or
    /// in swap.
    private void renew(Cpu cpu) {
        RmapObject object = scratchVma.object();
        host.mappingChanges().protect(cpu, scratchVma, false);
        if (task.access(cpu, scratch.start, true) != PageFaults.FAULT) {
            throw new AssertionError("read-only memory was written");
        }
        host.mappingChanges().unmap(cpu, scratchVma);
        scratchVma = process.mm.map(cpu, scratch.start, scratch.pages, object, 0, true);
        Arrays.fill(scratch.written, 0);
    }

    private void idle(Cpu cpu, long vpn) {
        int pfn = PageIdle.frame(cpu, process.mm, vpn, walk);
        if (pfn >= 0 && !host.pageIdle().isIdle(cpu, pfn)) {
            host.pageIdle().mark(cpu, pfn);
        }
    }

    private void access(Cpu cpu, Region region, int page, boolean write) {
        long vpn = region.start + page;
        boolean done = false;
        while (!done) {
            int result = task.access(cpu, vpn, write);
            if (result != PageFaults.DONE) {
                throw new AssertionError("page " + page + ": error " + result);
            }
            process.mm.tables().find(cpu, walk, process.mm.root(), vpn);
            QueuedSpinLock lock = process.mm.pteLock(walk);
            lock.lock(cpu);
            long pte = cpu.load(walk.words, walk.index);
            done = PTE.isPresent(pte) && (!write || PTE.isWritable(pte));
            if (done) {
                if (write) {
                    cpu.fetchOr(walk.words, walk.index, PteFormat.ACCESSED | PteFormat.DIRTY);
                }
                touch(region, page, (int) PTE.pfn(pte), write);
            }
            lock.unlock(cpu);
        }
    }

    /// As a device does: through a reference, whatever becomes of the mapping meanwhile.
    private void pinned(Cpu cpu, Region region, int page) {
        long answer =
                host.pages()
                        .gup()
                        .get(
                                cpu,
                                process.mm,
                                region.start + page,
                                Lookup.WRITE | (random.nextBoolean() ? Lookup.WANT_WRITABLE : 0));
        if (answer < 0) {
            throw new AssertionError("page " + page + ": error " + answer);
        }
        int pfn = (int) (answer & ~GetUserPages.WRITABLE);
        if (random.nextInt(10) == 0) {
            access(cpu, regions[0], random.nextInt(regions[0].pages), false);
        }
        touch(region, page, pfn, true);
        host.folios().set(cpu, pfn, FolioLayout.DIRTY);
        host.lru().markAccessed(cpu, pfn);
        host.lru().put(cpu, pfn);
    }

    private void touch(Region region, int page, int pfn, boolean write) {
        long[] words = contents.words(pfn);
        int base = contents.base(pfn);
        long name = (long) WORD.getOpaque(words, base);
        boolean fresh = name == 0 && write;
        if (name != region.name + page && !fresh && (name != 0 || region.written[page] != 0)) {
            throw lost(region, page, pfn, "name", region.name + page, name);
        }
        long mine = (long) WORD.getOpaque(words, base + word);
        if (mine != region.written[page]) {
            throw lost(region, page, pfn, "word " + word, region.written[page], mine);
        }
        if (write) {
            if (fresh && !WORD.compareAndSet(words, base, 0L, region.name + page)) {
                touch(region, page, pfn, true);
                return;
            }
            WORD.setOpaque(words, base + word, ++region.written[page]);
        }
    }

    private AssertionError lost(
            Region region, int page, int pfn, String what, long expected, long found) {
        return new AssertionError(
                "page %d at %d, pfn %d, %s: %d expected, %d found"
                        .formatted(page, region.start, pfn, what, expected, found));
    }
}
