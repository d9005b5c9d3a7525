package org.gleaner.mm;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.InaccessibleFile;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.SharedFile;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

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
@OneCpu
public final class HostAudit {
    private final PteFormat format;
    private static final int MOST = 20;

    private final Host host;
    private final Cpu cpu;
    private final Folios folios;
    private final List<String> findings = new ArrayList<>();

    /// By pfn: references explained so far, mappings found, and the list the folio is on, or -1.
    private final int[] references;

    private final int[] mappings;
    private final int[] onList;
    private final int[] free;

    /// By slot.
    private final int[] swapEntries;

    /// An audit by way of any CPU of the host's engine, which stays untouched.
    public HostAudit(Host host, Cpu cpu) {
        this.host = host;
        this.cpu = cpu;
        folios = host.folios();
        format = host.tables().format;
        references = new int[folios.frames()];
        mappings = new int[folios.frames()];
        onList = new int[folios.frames()];
        free = new int[folios.frames()];
        swapEntries = new int[host.swap().size()];
    }

    /// States that somebody holds a reference of a page.
    public HostAudit pinned(int pfn) {
        references[folios.folio(cpu, pfn)]++;
        return this;
    }

    /// Everything that does not add up, in words; the first twenty. To be called once.
    public List<String> findings() {
        Arrays.fill(onList, -1);
        for (Memcg memcg : host.memcgs()) {
            for (AddressSpace mm : host.mmLists().of(memcg).mms()) {
                countEntries(mm);
            }
        }
        for (int zeroes : host.zeroPages().made(cpu)) {
            references[zeroes]++;
        }
        countMemfds();
        checkTables();
        host.lru().forEachBatched(pfn -> references[pfn]++);
        host.memoryFailure().forEachBroken(pfn -> references[pfn]++);
        host.allocator().zone().forEachFree(pfn -> free[pfn]++);
        host.swap().memory().forEachFrame(pfn -> free[pfn]++);
        for (Memcg memcg : host.memcgs()) {
            countLists(memcg);
        }
        for (int pfn = 0; pfn < folios.frames(); pfn++) {
            checkFrame(pfn);
        }
        checkSlots();
        checkUsage();
        return findings;
    }

    private void expect(boolean holds, String format, Object... arguments) {
        if (!holds && findings.size() < MOST) {
            findings.add(format.formatted(arguments));
        }
    }

    private void countEntries(AddressSpace mm) {
        PageWalk walk = new PageWalk();
        for (Vma vma : mm.vmas()) {
            for (walk.start(mm, vma.start(), vma.end()); walk.next(cpu); ) {
                Walk at = walk.at();
                if (!walk.isTable()) {
                    countHuge(vma, walk.from(), at);
                    continue;
                }
                for (int i = 0; i < walk.entries(); i++) {
                    countEntry(vma, walk.from() + i, cpu.peek(at.words, at.index + i));
                }
            }
        }
    }

    private void countEntry(Vma vma, long vpn, long entry) {
        if (format.isPage(entry)) {
            int pfn = (int) format.pfn(entry);
            mappings[pfn]++;
            references[pfn]++;
            long mapping = folios.mapping(pfn);
            boolean merged = (folios.peek(cpu, pfn) & (UNEVICTABLE | ANON)) == (UNEVICTABLE | ANON);
            expect(
                    merged
                            || Folios.mappingObject(mapping) == vma.object().id()
                                    && Folios.mappingIndex(mapping) == vma.index(vpn),
                    "pfn %d at page %d belongs elsewhere",
                    pfn,
                    vpn);
        } else if (format.isSwap(entry)) {
            swapEntries[(int) format.swapSlot(entry)]++;
        }
    }

    /// A huge leaf: of a large folio, all of it in one mapping.
    private void countHuge(Vma vma, long vpn, Walk walk) {
        if (format.isPoison(walk.entry)) {
            expect(vma.isHugetlb(), "page %d: a broken huge page that could be split", vpn);
            return;
        }
        long first = vma.mm().tables().geometry.alignDown(vpn, walk.level);
        boolean leaf =
                walk.level == RadixTable.LEVEL_2M
                        && format.isLeaf(walk.entry, walk.level)
                        && (folios.peek(cpu, (int) format.pfn(walk.entry)) & LARGE) != 0;
        expect(leaf, "page %d: entry %x at level %d", vpn, walk.entry, walk.level);
        boolean within = first >= vma.start() && first + folios.hugePages <= vma.end();
        expect(within, "page %d: a huge leaf crosses the end of a mapping", vpn);
        if (leaf) {
            countEntry(vma, vpn, walk.entry);
        }
    }

    private void checkTables() {
        int reached = 0;
        for (Memcg memcg : host.memcgs()) {
            for (AddressSpace mm : host.mmLists().of(memcg).mms()) {
                reached += host.tables().count(mm.root());
            }
        }
        int inUse = host.tables().slab.inUse();
        expect(reached == inUse, "%d page tables are in use, %d reached", inUse, reached);
    }

    private void countMemfds() {
        for (int id = 1; id < host.objects().size(); id++) {
            RmapObject object = host.objects().get(id);
            boolean alive =
                    object.id() != id || object instanceof SharedFile || object.vmas().length > 0;
            expect(alive, "anonymous memory %d has no mapping", id);
            if (object instanceof DeviceMemory device) {
                for (int i = 0; i < device.pages(); i++) {
                    int page = device.page(cpu, i);
                    references[Math.max(page, 0)] += page >= 0 ? 1 : 0;
                }
            }
            if (object instanceof HugetlbFile file) {
                for (int i = 0; i < file.hugePages(); i++) {
                    long entry = file.peek(cpu, i);
                    references[HugetlbFile.pfn(entry)] += HugetlbFile.isThere(entry) ? 1 : 0;
                }
            }
            if (object instanceof InaccessibleFile file) {
                for (int i = 0; i < file.pages(); i++) {
                    long entry = file.peek(cpu, i);
                    references[InaccessibleFile.pfn(entry)] +=
                            InaccessibleFile.isThere(entry) ? 1 : 0;
                }
            }
            if (object instanceof Memfd memfd) {
                for (int i = 0; i < memfd.pages(); i++) {
                    long entry = memfd.peek(cpu, i);
                    if (Memfd.isFolio(entry)) {
                        references[Memfd.pfn(entry)]++;
                    } else if (Memfd.isSwap(entry)) {
                        swapEntries[Memfd.slot(entry)]++;
                    }
                }
            }
        }
    }

    private void countLists(Memcg memcg) {
        Lruvec lruvec = memcg.lruvec();
        long[] sizes = new long[LruList.COUNT];
        countGenerations(memcg, lruvec, sizes);
        for (int list = 0; list < LruList.COUNT; list++) {
            int head = lruvec.list(list);
            for (int pfn = folios.lists.tail(head); pfn >= 0; pfn = folios.lists.newer(head, pfn)) {
                long state = checkListed(memcg, pfn, head);
                boolean active = (state & ACTIVE) != 0;
                expect(gen(state) < 0, "pfn %d has a generation on a classic list", pfn);
                boolean classic = list == LruList.UNEVICTABLE || !lruvec.lruGenEnabled();
                expect(classic, "pfn %d is on list %d of a cgroup with generations", pfn, list);
                expect(list == LruList.of(type(state), active), "pfn %d: list %d", pfn, list);
                sizes[list] += folios.pages(state);
            }
        }
        for (int list = 0; list < LruList.COUNT; list++) {
            long size = lruvec.size(list);
            expect(
                    size == sizes[list],
                    "memcg %d list %d: %d pages, says %d",
                    memcg.id(),
                    list,
                    sizes[list],
                    size);
        }
    }

    private void countGenerations(Memcg memcg, Lruvec lruvec, long[] sizes) {
        LruGen gen = lruvec.gen();
        long max = gen.peekMaxSeq(cpu);
        for (int type = 0; type < 2; type++) {
            long[] labels = new long[LruGen.MAX_NR_GENS];
            for (int slot = 0; slot < LruGen.MAX_NR_GENS; slot++) {
                int head = gen.list(slot, type);
                for (int pfn = folios.lists.tail(head);
                        pfn >= 0;
                        pfn = folios.lists.newer(head, pfn)) {
                    long state = checkListed(memcg, pfn, head);
                    expect((state & ACTIVE) == 0, "pfn %d is active in a generation", pfn);
                    expect(gen(state) >= 0, "pfn %d has no generation", pfn);
                    boolean enabled = lruvec.lruGenEnabled();
                    expect(enabled, "pfn %d is in a generation of a cgroup with lists", pfn);
                    expect(type(state) == type, "pfn %d is of another type", pfn);
                    labels[Math.max(gen(state), 0)] += folios.pages(state);
                }
            }
            for (int slot = 0; slot < LruGen.MAX_NR_GENS; slot++) {
                long says = gen.nrPages(slot, type);
                expect(
                        labels[slot] == says,
                        "memcg %d slot %d type %d: %d pages, says %d",
                        memcg.id(),
                        slot,
                        type,
                        labels[slot],
                        says);
                boolean active = slot == LruGen.slot(max) || slot == LruGen.slot(max - 1);
                sizes[LruList.of(type, active)] += labels[slot];
            }
            checkSequence(memcg, gen, type, max);
        }
        expect(
                gen.peekMinSeq(cpu, LruGen.ANON) <= gen.peekMinSeq(cpu, LruGen.FILE),
                "memcg %d: file generations older than anonymous ones",
                memcg.id());
    }

    private void checkSequence(Memcg memcg, LruGen gen, int type, long max) {
        long min = gen.peekMinSeq(cpu, type);
        long gens = max - min + 1;
        expect(
                gens >= LruGen.MIN_NR_GENS && gens <= LruGen.MAX_NR_GENS,
                "memcg %d type %d has %d generations",
                memcg.id(),
                type,
                gens);
        for (long seq = Math.max(min, max - LruGen.MAX_NR_GENS + 1); seq < max; seq++) {
            expect(
                    gen.birthNanos(seq) <= gen.birthNanos(seq + 1),
                    "memcg %d: generation %d born after the next",
                    memcg.id(),
                    seq);
        }
    }

    private long checkListed(Memcg memcg, int pfn, int head) {
        long state = folios.peek(cpu, pfn);
        expect(onList[pfn] < 0, "pfn %d is on two lists", pfn);
        onList[pfn] = head;
        expect(memcg(state) == memcg.id(), "pfn %d is on the list of memcg %d", pfn, memcg.id());
        return state;
    }

    private void checkFrame(int pfn) {
        long state = folios.peek(cpu, pfn);
        if (free[pfn] != 0 || state == 0) {
            expect(free[pfn] == 1, "pfn %d is free %d times", pfn, free[pfn]);
            expect(state == 0, "pfn %d is free, its state is %x", pfn, state);
            expect(references[pfn] == 0, "pfn %d is free and used", pfn);
            expect(onList[pfn] < 0, "pfn %d is free and on a list", pfn);
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
            references[pfn]++;
            SwapArea.Slot slot = host.swap().peek(cpu, folios.swapSlot(pfn) + i);
            expect(slot.pfn() == pfn + i, "pfn %d is not in the cache of its slot", pfn + i);
        }
        if ((state & LARGE) != 0) {
            int tails = tails(pfn);
            expect(tails == folios.hugePages - 1, "pfn %d is large and has %d tails", pfn, tails);
        }
        expect(
                mapcount(state) == mappings[pfn] || isReserved(state),
                "pfn %d: %d mappings, says %d",
                pfn,
                mappings[pfn],
                mapcount(state));
        expect(
                refcount(state) == references[pfn],
                "pfn %d: %d references, says %d",
                pfn,
                references[pfn],
                refcount(state));
        expect((state & LOCKED) == 0, "pfn %d is locked", pfn);
        boolean listed = onList[pfn] >= 0;
        expect(((state & LRU) != 0) == listed, "pfn %d: listed %s", pfn, listed);
        expect(listed || gen(state) < 0, "pfn %d has a generation and is on no list", pfn);
    }

    /// Nobody but the driver refers to its frame, and no list has it.
    private void checkDriver(int pfn, long state) {
        boolean alone = refcount(state) <= 1 && references[pfn] == 0 && mappings[pfn] == 0;
        expect(alone, "pfn %d is a driver's and has %d references", pfn, refcount(state));
        expect(onList[pfn] < 0, "pfn %d is a driver's and on a list", pfn);
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
        expect((ofHead & LARGE) != 0, "pfn %d is a tail of nothing", pfn);
        boolean plain = state == (TAIL | ofHead & MEMCG_MASK);
        expect(plain, "pfn %d is a tail, its state is %x", pfn, state);
        boolean unused = references[pfn] == 0 && mappings[pfn] == 0 && onList[pfn] < 0;
        expect(unused, "pfn %d is a tail and used by itself", pfn);
    }

    private void checkSlots() {
        long unused = 0;
        for (int s = 0; s < swapEntries.length; s++) {
            SwapArea.Slot slot = host.swap().peek(cpu, s);
            expect(
                    slot.mappings() == swapEntries[s],
                    "slot %d: %d entries, says %d",
                    s,
                    swapEntries[s],
                    slot.mappings());
            boolean owned = slot.pfn() >= 0;
            expect(slot.cache() == owned, "slot %d is claimed", s);
            if (owned) {
                int pfn = folios.folio(cpu, slot.pfn());
                boolean cached = (folios.peek(cpu, pfn) & SWAPCACHE) != 0;
                boolean names = cached && folios.swapSlot(pfn) + slot.pfn() - pfn == s;
                expect(names, "slot %d caches pfn %d, which is not its", s, slot.pfn());
            }
            boolean inUse = slot.cache() || slot.mappings() > 0;
            expect(slot.taken() == inUse, "slot %d: in use %s, taken %s", s, inUse, slot.taken());
            unused += inUse ? 0 : 1;
        }
        long says = host.swap().free();
        expect(unused == says, "%d free slots, says %d", unused, says);
    }

    private void checkUsage() {
        long[] resident = new long[MEMCGS];
        for (Memcg memcg : host.memcgs()) {
            resident[memcg.id()] = memcg.kernelPages().snapshot();
        }
        for (int pfn = 0; pfn < folios.frames(); pfn++) {
            long state = folios.peek(cpu, pfn);
            resident[memcg(state)] += state != 0 ? 1 : 0;
        }
        for (Memcg memcg : host.memcgs()) {
            if (memcg.id() != Memcg.ROOT) {
                long expected = 0;
                for (Memcg below : host.memcgs()) {
                    if (below.isWithin(memcg)) {
                        expected += resident[below.id()] + host.allocator().stocked(below);
                    }
                }
                long usage = memcg.usage().snapshot();
                expect(
                        usage == expected,
                        "memcg %d: %d pages, usage %d",
                        memcg.id(),
                        expected,
                        usage);
            }
        }
    }
}
