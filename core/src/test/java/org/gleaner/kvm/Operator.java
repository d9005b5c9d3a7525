package org.gleaner.kvm;

import static org.gleaner.kvm.OperationsHost.GFN;
import static org.gleaner.kvm.OperationsHost.MAIN;
import static org.gleaner.kvm.OperationsHost.OPERATORS;
import static org.gleaner.kvm.OperationsHost.PAGES;
import static org.gleaner.kvm.OperationsHost.SCRATCH;
import static org.gleaner.kvm.OperationsHost.SCRATCH_GFN;
import static org.gleaner.kvm.OperationsHost.SCRATCH_PAGES;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gleaner.kvm.pfn.PfnCache;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.jspecify.annotations.Nullable;

/// Does random things to a VM and its host, and knows what every one of them must leave behind.
///
/// Each operator has a word of its own in every page and writes there, one after the other, numbers
/// that say which page and whose word they are: by a guest's access through any slot, by the
/// process's own access, and by the kernel with a reference. Whatever way it looks next, it must
/// find its last number (*no lost write*); in another's word it must find one of that word's, and
/// none older than it saw before (*no stale entry*). A slot that is logged must name every page
/// that was written through it. What may not be written must be refused.
final class Operator {
    /// What is done.
    enum Kind {
        GUEST(400),
        GUEST_ALIAS(150),
        GUEST_SCRATCH(60),
        GUEST_FOREIGN(40),
        PROCESS(60),
        KERNEL(50),
        PREFETCH(40),
        PREFAULT(20),
        CACHE(40),
        AGE(40),
        ZAP(30),
        SLOT(4),
        LOG(24),
        REMAP(6),
        PROTECT(2),
        RECLAIM(6),
        AGE_ALL(2),
        SPLIT(20),
        COLLAPSE(16),
        FORK(20),
        PIN(20),
        RESET(4);

        final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    private static final Kind[] CHOICE = choice();
    private static final int PREFETCHED = 8;

    private final OperationsHost world;
    private final int me;
    private final SplittableRandom random;
    private final Disturber disturber;
    private final AliasSlot alias;
    private final ForkedCopy child;
    private final PinnedPage pinned;

    /// The number last written to my word of each page, main and scratch; and what I have seen of
    /// others.
    private final long[] last = new long[PAGES];

    private final long[] lastScratch = new long[SCRATCH_PAGES];
    private final long[][] seen = new long[OPERATORS][PAGES];
    private long numbers;

    private @Nullable Vcpu vcpu;
    private @Nullable TaskWord task;
    private @Nullable Vma scratch;
    private @Nullable PfnCache cache;
    private int cached = -1;
    private boolean childOfMain;
    private final PageClaim claim = new PageClaim();
    private final PageClaim[] claims = new PageClaim[PREFETCHED];

    private String doing = "nothing";

    Operator(OperationsHost world, int me, boolean manualLog) {
        this.world = world;
        this.me = me;
        random = new SplittableRandom(world.seed * 1_000 + me);
        disturber = new Disturber(world, random.split());
        alias = new AliasSlot(world, me, manualLog, random.split());
        child = new ForkedCopy(world, me, random.split());
        pinned = new PinnedPage(world, me, random.split());
        Arrays.setAll(claims, i -> new PageClaim());
    }

    private static Kind[] choice() {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> java.util.stream.Stream.generate(() -> kind).limit(kind.weight))
                .toArray(Kind[]::new);
    }

    void run(Cpu cpu, int operations) {
        vcpu = world.vm.newVcpu(cpu);
        task = new TaskWord(world, world.mm, me);
        world.vm.createSlot(cpu, 100 + me, scratchGfn(), SCRATCH_PAGES, scratchVpn(), false);
        map(cpu);
        int n = 0;
        try {
            for (; n < operations; n++) {
                Kind kind = CHOICE[random.nextInt(CHOICE.length)];
                doing = kind.name();
                step(cpu, kind);
                world.tally.incrementAndGet(kind.ordinal());
            }
            doing = "the last look";
            pinned.end(cpu);
            child.end(cpu);
            for (int page = 0; page < PAGES; page++) {
                look(page, guest(cpu, GFN + page, false, 0), vcpu.data());
            }
            if (cache != null) {
                cache.deactivate(cpu);
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed %d, operator %d, operation %d, %s: %s"
                            .formatted(world.seed, me, n, doing, e),
                    e);
        }
    }

    private void step(Cpu cpu, Kind kind) {
        switch (kind) {
            case GUEST -> guest(cpu);
            case GUEST_ALIAS -> alias(cpu);
            case GUEST_SCRATCH -> scratch(cpu);
            case GUEST_FOREIGN -> foreign(cpu);
            case PROCESS -> process(cpu);
            case KERNEL -> kernel(cpu);
            case PREFETCH -> prefetch(cpu);
            case PREFAULT -> preFault(cpu);
            case CACHE -> cache(cpu);
            case SLOT -> alias.comeOrGo(cpu);
            case LOG -> alias.log(cpu);
            case REMAP -> remap(cpu);
            case FORK -> fork(cpu);
            case PIN -> pinned.act(cpu, page(), last, () -> next(pinned.page()));
            case AGE, ZAP, PROTECT, RECLAIM, AGE_ALL -> disturber.act(cpu, kind);
            case SPLIT, COLLAPSE -> changeSize(cpu, kind);
            case RESET -> vcpu.resetContext(cpu);
        }
    }

    // --- numbers -------------------------------------------------------------------------------

    private static long name(int owner, long page) {
        return (1L + owner) << 56 | page << 40;
    }

    private long next(long page) {
        return name(me, page) | ++numbers;
    }

    /// A page that is often one of a few.
    private int page() {
        return random.nextInt(random.nextBoolean() ? PAGES / 8 : PAGES);
    }

    private void look(int page, long problem, long found) {
        expect(problem == 0, "page %d cannot be read: %d", page, problem);
        expect(found == last[page], "page %d: %x is there, not %x", page, found, last[page]);
    }

    static void expect(boolean holds, String what, Object... about) {
        if (!holds) {
            throw new AssertionError(what.formatted(about));
        }
    }

    private long scratchGfn() {
        return SCRATCH_GFN + (long) me * SCRATCH_PAGES;
    }

    private long scratchVpn() {
        return SCRATCH + (long) me * SCRATCH_PAGES;
    }

    // --- accesses ------------------------------------------------------------------------------

    private long guest(Cpu cpu, long gfn, boolean write, long value) {
        return vcpu.accessData(cpu, gfn, me, write, value);
    }

    private void guest(Cpu cpu) {
        int page = page();
        if (random.nextInt(3) == 0) {
            write(cpu, page, GFN + page);
        } else {
            look(page, guest(cpu, GFN + page, false, 0), vcpu.data());
        }
    }

    /// Writes to a page of main; whether that is refused must fit the mapping's protection.
    private boolean write(Cpu cpu, int page, long gfn) {
        long value = next(page);
        long before = cpu.load(world.readOnlyEpoch);
        long problem = guest(cpu, gfn, true, value);
        long after = cpu.load(world.readOnlyEpoch);
        written(page, value, problem, before, after);
        return problem == 0;
    }

    private void written(int page, long value, long problem, long before, long after) {
        expect(problem == 0 || problem == PageFaults.FAULT, "page %d: error %d", page, problem);
        if (problem != 0) {
            world.refused.increment();
        } else {
            last[page] = value;
            boolean forbidden = before == after && (before & 1) != 0;
            expect(!forbidden, "page %d is written while it is read-only", page);
        }
    }

    private void alias(Cpu cpu) {
        if (!alias.exists()) {
            long problem = guest(cpu, alias.gfn(page()), random.nextBoolean(), 0);
            expect(problem == Vcpu.EXIT_MMIO, "an access without a slot ends with %d", problem);
            return;
        }
        int page = alias.page();
        if (random.nextBoolean()) {
            if (write(cpu, page, alias.gfn(page))) {
                alias.wrote(page);
            }
        } else {
            long problem = guest(cpu, alias.gfn(page), false, 0);
            look(page, problem, vcpu.data());
        }
    }

    private void scratch(Cpu cpu) {
        int page = random.nextInt(SCRATCH_PAGES);
        boolean write = random.nextBoolean();
        long value = next(PAGES + page);
        long problem = guest(cpu, scratchGfn() + page, write, value);
        if (scratch == null) {
            expect(problem == PageFaults.FAULT, "unmapped page %d: %d", page, problem);
        } else {
            expect(problem == 0, "scratch page %d: error %d", page, problem);
            if (write) {
                lastScratch[page] = value;
            } else {
                long found = vcpu.data();
                long mine = lastScratch[page];
                expect(found == mine, "scratch page %d: %x, not %x", page, found, mine);
            }
        }
    }

    /// Looks at somebody else's word: of main, or of scratch memory that may be gone.
    private void foreign(Cpu cpu) {
        int other = random.nextInt(OPERATORS);
        boolean main = random.nextBoolean();
        int page = main ? page() : random.nextInt(SCRATCH_PAGES);
        long gfn = main ? GFN + page : SCRATCH_GFN + (long) other * SCRATCH_PAGES + page;
        long problem = vcpu.accessData(cpu, gfn, other, false, 0);
        long found = vcpu.data();
        if (problem != 0) {
            boolean gone = problem == PageFaults.FAULT || problem == Vcpu.EXIT_MMIO;
            expect(!main && gone, "page %d: error %d", page, problem);
            return;
        }
        long name = name(other, main ? page : PAGES + page);
        boolean its = found == 0 || found >>> 40 == name >>> 40;
        expect(its, "word %d of page %d is %x", other, page, found);
        if (main) {
            expect(found >= seen[other][page], "word %d of page %d is an old one", other, page);
            seen[other][page] = found;
        }
    }

    /// The process's own access.
    private void process(Cpu cpu) {
        int page = page();
        boolean write = random.nextInt(3) == 0;
        long vpn = MAIN + page;
        long value = next(page);
        long before = cpu.load(world.readOnlyEpoch);
        int problem = task.access(cpu, vpn, write, value);
        if (problem != 0) {
            expect(write && problem == PageFaults.FAULT, "page %d: error %d", page, problem);
        } else if (write) {
            written(page, value, 0, before, cpu.load(world.readOnlyEpoch));
        } else {
            look(page, 0, task.found());
        }
    }

    // --- the kernel's own --------------------------------------------------------------------

    /// By a reference, which keeps the page whatever becomes of its mapping.
    private void kernel(Cpu cpu) {
        int page = page();
        boolean write = random.nextBoolean();
        if (!world.vm.direct().page().find(cpu, GFN + page, write, claim)) {
            expect(write, "page %d is not found", page);
            return;
        }
        look(page, 0, world.read(claim.pfn(), me));
        if (write) {
            last[page] = next(page);
            world.write(claim.pfn(), me, last[page]);
            world.pages.setDirty(cpu, claim);
        }
        world.pages.put(cpu, claim);
    }

    private void prefetch(Cpu cpu) {
        int page = random.nextInt(PAGES);
        int section = world.vm.srcu.readLock(cpu);
        int n = world.vm.direct().page().prefetch(cpu, GFN + page, claims, PREFETCHED);
        for (int i = 0; i < n; i++) {
            look(page + i, 0, world.read(claims[i].pfn(), me));
            world.pages.put(cpu, claims[i]);
        }
        world.vm.srcu.readUnlock(cpu, section);
    }

    private void preFault(Cpu cpu) {
        int page = random.nextInt(PAGES - 16);
        long n = world.vm.preFault(cpu, vcpu, GFN + page, 16);
        expect(n == 16, "%d pages from %d on are mapped ahead", n, page);
    }

    /// Only reads: what is written through a cache may be lost, as on Linux.
    private void cache(Cpu cpu) {
        if (cache == null) {
            cache = world.vm.direct().newCache();
        }
        if (cached < 0 || random.nextInt(16) == 0) {
            cached = page();
            cache.activate(cpu, GFN + cached);
        }
        if (cache.lockValid(cpu)) {
            long found = world.read(cache.pfn(), me);
            cache.unlock(cpu);
            look(cached, 0, found);
        } else if (random.nextInt(8) == 0) {
            cache.deactivate(cpu);
            cached = -1;
        } else {
            cache.refresh(cpu);
        }
    }

    // --- slots, logs and mappings ----------------------------------------------------------------

    private void fork(Cpu cpu) {
        if (child.exists()) {
            child.use(cpu, task, childOfMain ? last : lastScratch);
            return;
        }
        childOfMain = random.nextInt(16) == 0;
        if (!childOfMain && scratch == null) {
            return;
        }
        child.fork(cpu, childOfMain ? world.main : scratch, childOfMain ? last : lastScratch);
    }

    /// Of main, which children often share; or of my scratch memory, which nobody then does.
    private void changeSize(Cpu cpu, Kind kind) {
        if (scratch == null || random.nextInt(4) == 0) {
            disturber.act(cpu, kind);
        } else if (kind == Kind.SPLIT) {
            disturber.split(cpu, scratchVpn());
        } else {
            if (!childOfMain) {
                child.drop(cpu);
            }
            disturber.collapse(cpu, scratchVpn());
        }
    }

    private void remap(Cpu cpu) {
        if (scratch != null) {
            if (!childOfMain) {
                child.drop(cpu);
            }
            world.host.mappingChanges().unmap(cpu, scratch);
            scratch = null;
        } else {
            map(cpu);
        }
    }

    private void map(Cpu cpu) {
        RmapObject object = world.host.objects().newAnon();
        scratch = world.mm.map(cpu, scratchVpn(), SCRATCH_PAGES, object, 0, true);
        Arrays.fill(lastScratch, 0);
    }
}
