package org.gleaner.kvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.PagesByNumber;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.pagetable.RadixTable;

/// A host address space in one page: frames, a swap that holds all, and a reclaim that takes the
/// next page.
///
/// A page that is evicted clean loses its contents to what swap has of it, and its frame is
/// poisoned: so a dirty mark that comes too late, or an access through a stale translation, is seen
/// by who reads.
final class FakeSpace implements UserPages, PagesByNumber, GuestMemory {
    static final int WORDS = 4;
    static final long POISON = 0xbadL;

    final MmuNotifierSubscriptions notifiers = new MmuNotifierSubscriptions();

    /// Answer of the next lookups instead of a page; 0 for none.
    volatile int failure;

    /// Whether pages are not there for who will not sleep.
    volatile boolean needsIo;

    /// A driver's frame that the host maps at every page, without a reference; -1 for none.
    volatile int driverFrame = -1;

    /// Whether who has only a number takes no reference where nobody has one.
    volatile boolean getsUnlessZero = true;

    /// Whether a lookup answers nothing at all.
    volatile boolean silent;

    /// Whether who asks for a pin gets a reference, or the frame that cannot be pinned.
    volatile boolean forgetsPins;

    /// The level at which the host claims to map every page.
    volatile int level = RadixTable.LEVEL_4K;

    /// How the first lookups were asked, in order.
    final List<Integer> asked = Collections.synchronizedList(new ArrayList<>());

    /// Whether the host maps pages writable on read faults too.
    volatile boolean writable = true;

    /// Called in [#lookUp] when the page is resolved and nothing is locked.
    volatile Hook afterLookup = cpu -> {};

    /// Called when a page is given back, before it is.
    volatile Hook beforePut = cpu -> {};

    /// Whether frames that nobody counts have a page's record.
    volatile boolean hasRecords = true;

    final AtomicLong marked = new AtomicLong();
    final AtomicLong evictions = new AtomicLong();

    /// Pages from this one on are frames that nobody counts.
    volatile long rawFrom = Long.MAX_VALUE;

    private final QueuedSpinLock ptl = new QueuedSpinLock(LockClass.PTE_LOCK);
    private final int[] frameOf;
    private final long[] swap;
    private final int[] pageIn;
    private final int[] references;
    private final boolean[] dirty;
    private final long[] contents;
    private final AtomicIntegerArray freed;
    private int freeFrames;
    private final int[] freeStack;
    private int hand;

    interface Hook {
        void at(Cpu cpu);
    }

    FakeSpace(int pages, int frames) {
        frameOf = new int[pages];
        Arrays.fill(frameOf, -1);
        swap = new long[pages * WORDS];
        pageIn = new int[frames];
        references = new int[frames];
        dirty = new boolean[frames];
        contents = new long[frames * WORDS];
        freed = new AtomicIntegerArray(frames);
        freeStack = new int[frames];
        for (int f = 0; f < frames; f++) {
            freeStack[freeFrames++] = frames - 1 - f;
        }
    }

    @Override
    public MmuNotifierSubscriptions notifiers() {
        return notifiers;
    }

    @Override
    public void lookUp(Cpu cpu, long vpn, int how, PageClaim claim) {
        if (asked.size() < 16) {
            asked.add(how);
        }
        if (silent) {
            claim.free();
            return;
        }
        if (driverFrame >= 0) {
            claim.raw(driverFrame, true);
            return;
        }
        if (needsIo && (how & Lookup.NOWAIT) != 0) {
            claim.fail(PageClaim.NEEDS_IO);
            return;
        }
        if (failure != 0) {
            claim.fail(failure);
            return;
        }
        if (vpn >= rawFrom) {
            boolean refused = (how & (Lookup.PIN | Lookup.UNSAFE)) == Lookup.PIN && !forgetsPins;
            if (refused) {
                claim.fail(PageClaim.FAULT);
            } else {
                claim.raw((int) vpn, writable);
            }
            return;
        }
        if ((how & Lookup.FAST_ONLY) != 0) {
            lookUpFast((int) vpn, claim);
            return;
        }
        for (; ; ) {
            ptl.lock(cpu);
            int frame = frameOf[(int) vpn];
            if (frame < 0 && freeFrames > 0) {
                frame = freeStack[--freeFrames];
                System.arraycopy(swap, (int) vpn * WORDS, contents, frame * WORDS, WORDS);
                pageIn[frame] = (int) vpn;
                dirty[frame] = false;
                frameOf[(int) vpn] = frame;
            }
            if (frame >= 0) {
                synchronized (references) {
                    references[frame]++;
                }
                ptl.unlock(cpu);
                afterLookup.at(cpu);
                boolean write = (how & Lookup.WRITE) != 0;
                boolean pin = (how & Lookup.PIN) != 0 && !forgetsPins;
                claim.own(
                        pin ? PageClaim.Kind.PINNED : PageClaim.Kind.OWNED,
                        frame,
                        writable || write);
                return;
            }
            hand = (hand + 1) % pageIn.length;
            int victim = pageIn[hand];
            ptl.unlock(cpu);
            evict(cpu, victim);
        }
    }

    /// Without the lock of the page table: who evicts looks at references together with this.
    private void lookUpFast(int vpn, PageClaim claim) {
        synchronized (references) {
            int frame = frameOf[vpn];
            if (frame < 0 || !writable) {
                claim.fail(PageClaim.FAULT);
                return;
            }
            references[frame]++;
            claim.own(PageClaim.Kind.OWNED, frame, true);
        }
    }

    /// Takes a page away if nobody holds a reference; returns whether it did.
    boolean evict(Cpu cpu, long vpn) {
        notifiers.invalidateRangeStart(cpu, vpn, vpn + 1, true, InvalidationEvent.CLEAR);
        boolean gone = unmap(cpu, (int) vpn);
        notifiers.invalidateRangeEnd(cpu, vpn, vpn + 1);
        return gone;
    }

    /// The middle of an eviction, between the start and the end of its invalidation.
    boolean unmap(Cpu cpu, int vpn) {
        ptl.lock(cpu);
        int frame = frameOf[vpn];
        boolean gone;
        synchronized (references) {
            gone = frame >= 0 && references[frame] == 0;
            if (gone) {
                frameOf[vpn] = -1;
            }
        }
        if (gone) {
            if (dirty[frame]) {
                System.arraycopy(contents, frame * WORDS, swap, vpn * WORDS, WORDS);
            }
            Arrays.fill(contents, frame * WORDS, frame * WORDS + WORDS, POISON);
            freeStack[freeFrames++] = frame;
            freed.incrementAndGet(frame);
            evictions.incrementAndGet();
        }
        ptl.unlock(cpu);
        return gone;
    }

    @Override
    public int timesFreed(int pfn) {
        return pfn < freed.length() ? freed.get(pfn) : 0;
    }

    @Override
    public void put(Cpu cpu, PageClaim claim) {
        beforePut.at(cpu);
        if (claim.isOwned()) {
            put(claim.pfn());
        }
        claim.free();
    }

    private void put(int pfn) {
        synchronized (references) {
            references[pfn]--;
            if (references[pfn] == 0 && pfn == driverFrame) {
                throw new AssertionError("page " + pfn + " of a driver is freed under it");
            }
            if (references[pfn] < 0) {
                throw new AssertionError("page " + pfn + " is put twice");
            }
        }
    }

    @Override
    public void markAccessed(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            markAccessed(cpu, claim.pfn());
        }
    }

    @Override
    public void setDirty(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            setDirty(cpu, claim.pfn());
        }
    }

    @Override
    public int mappingLevel(Cpu cpu, long vpn) {
        return level;
    }

    @Override
    public PagesByNumber byNumber() {
        return this;
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {
        marked.incrementAndGet();
    }

    @Override
    public void setDirty(Cpu cpu, int pfn) {
        dirty[pfn] = true;
    }

    @Override
    public boolean hasPage(int pfn) {
        return hasRecords;
    }

    @Override
    public boolean tryGet(Cpu cpu, int pfn) {
        synchronized (references) {
            if (references[pfn] == 0 && getsUnlessZero) {
                return false;
            }
            references[pfn]++;
            return true;
        }
    }

    @Override
    public void put(Cpu cpu, int pfn) {
        put(pfn);
    }

    @Override
    public long read(int pfn, int word) {
        return contents[pfn * WORDS + word];
    }

    @Override
    public void write(int pfn, int word, long value) {
        contents[pfn * WORDS + word] = value;
    }

    int pages() {
        return frameOf.length;
    }

    boolean isDirty(int pfn) {
        return dirty[pfn];
    }

    int frameOf(long vpn) {
        return frameOf[(int) vpn];
    }

    /// A driver holds so many references on its frame.
    void holdFrame(int pfn, int count) {
        references[pfn] = count;
    }

    int references(int pfn) {
        return references[pfn];
    }

    /// References that were taken and not given back.
    int held() {
        return Arrays.stream(references).sum();
    }
}
