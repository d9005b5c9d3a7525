package org.gleaner.mm.memory;

import java.util.function.IntConsumer;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;

/// The free page frames of the host: one pool under the zone lock, and per-CPU lists in front of
/// it.
///
/// `free` counts the pool only, as `NR_FREE_PAGES` does; frames on per-CPU lists are in nobody's
/// count. It is written under the lock and read as a racy hint.
public final class Zone {
    /// Frames that a per-CPU list may take at once.
    public static final int MOST_BATCH = 1 << 16;

    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.ZONE_LOCK);
    private final FreeFrames frames;

    /// Frames of a block: those of a large folio.
    private final int block;

    private final long[] free = new long[1];
    private final PerCpuPages[] perCpu;
    private final Watermarks watermarks;
    private final int batch;

    @Guarded("zone_lock")
    private long givenBack;

    /// All frames but the last `taken` are free at first, to be handed out in ascending order.
    /// Whoever has those may [#release] them.
    ///
    /// @param folios whose links those of free frames are
    /// @param batch frames moved at once between a per-CPU list and the pool
    /// @param blocks whether [#allocateBlock] is ever to succeed
    public Zone(
            Folios folios,
            int taken,
            Watermarks watermarks,
            int maxCpus,
            int batch,
            boolean blocks) {
        this.watermarks = watermarks;
        this.batch = batch;
        block = folios.hugePages;
        frames = blocks ? new FrameBlocks(folios, taken) : new FrameStack(folios, taken);
        free[0] = (long) folios.frames() - taken;
        perCpu = new PerCpuPages[maxCpus];
        for (int i = 0; i < maxCpus; i++) {
            perCpu[i] = new PerCpuPages(2 * batch);
        }
    }

    public Watermarks watermarks() {
        return watermarks;
    }

    /// Free pages, as watermark checks see them.
    public long free(Cpu cpu) {
        return cpu.peek(free, 0);
    }

    /// A frame if more than `mark` pages are free, those on per-CPU lists not counted, else -1.
    public int allocate(Cpu cpu, long mark) {
        if (free(cpu) <= mark) {
            return -1;
        }
        PerCpuPages pages = perCpu[cpu.id];
        cpu.charge(Cost.PCP_ALLOC);
        if (pages.size == 0 && !refill(cpu, pages)) {
            return -1;
        }
        return pages.frames[--pages.size];
    }

    private boolean refill(Cpu cpu, PerCpuPages pages) {
        lock.lock(cpu);
        cpu.charge(Cost.ZONE_REFILL);
        int n = frames.take(pages.frames, pages.size, batch);
        cpu.charge(Cost.ZONE_PAGE, n);
        pages.size += n;
        cpu.store(free, 0, frames.size());
        lock.unlock(cpu);
        return n > 0;
    }

    /// Takes a frame back.
    public void release(Cpu cpu, int frame) {
        PerCpuPages pages = perCpu[cpu.id];
        pages.frames[pages.size++] = frame;
        if (pages.size == pages.frames.length) {
            drain(cpu, pages, batch);
        }
    }

    private void drain(Cpu cpu, PerCpuPages pages, int n) {
        lock.lock(cpu);
        cpu.charge(Cost.ZONE_REFILL);
        cpu.charge(Cost.ZONE_PAGE, n);
        for (int i = 0; i < n; i++) {
            frames.give(pages.frames[--pages.size]);
        }
        if (pages.size == 0) {
            // a list that is only too long keeps a part
            givenBack += n;
        }
        cpu.store(free, 0, frames.size());
        lock.unlock(cpu);
    }

    /// The first of the aligned frames of a large folio if that leaves more than `mark` pages free
    /// and there are such frames, else -1.
    public int allocateBlock(Cpu cpu, long mark) {
        if (free(cpu) - block < mark) {
            return -1;
        }
        lock.lock(cpu);
        cpu.charge(Cost.ZONE_REFILL);
        int first = frames.takeBlock();
        cpu.store(free, 0, frames.size());
        lock.unlock(cpu);
        return first;
    }

    /// Takes back what [#allocateBlock] gave.
    public void releaseBlock(Cpu cpu, int first) {
        lock.lock(cpu);
        cpu.charge(Cost.ZONE_REFILL);
        frames.giveBlock(first);
        cpu.store(free, 0, frames.size());
        lock.unlock(cpu);
    }

    /// The first of `2^order` aligned frames, at most those of a large folio, if there are such and
    /// more than `mark` pages stay free, else -1.
    int allocateRange(Cpu cpu, int order, long mark) {
        if (free(cpu) - (1 << order) < mark) {
            return -1;
        }
        lock.lock(cpu);
        cpu.charge(Cost.ZONE_REFILL);
        int first = frames.takeRange(order);
        cpu.store(free, 0, frames.size());
        lock.unlock(cpu);
        return first;
    }

    /// Takes back what [#allocateRange] gave.
    void releaseRange(Cpu cpu, int first, int order) {
        lock.lock(cpu);
        cpu.charge(Cost.ZONE_REFILL);
        for (int i = (1 << order) - 1; i >= 0; i--) {
            frames.give(first + i);
        }
        cpu.store(free, 0, frames.size());
        lock.unlock(cpu);
    }

    /// Returns what this CPU holds to the zone, so that a host in trouble sees it.
    public void drainLocal(Cpu cpu) {
        PerCpuPages pages = perCpu[cpu.id];
        if (pages.size > 0) {
            drain(cpu, pages, pages.size);
        }
    }

    /// Frames that CPUs have returned by [#drainLocal] so far.
    public long givenBack(Cpu cpu) {
        lock.lock(cpu);
        long sum = givenBack;
        lock.unlock(cpu);
        return sum;
    }

    /// Every free frame, those on per-CPU lists included. For checks of a host at rest.
    public void forEachFree(IntConsumer action) {
        frames.forEach(action);
        for (PerCpuPages pages : perCpu) {
            for (int i = 0; i < pages.size; i++) {
                action.accept(pages.frames[i]);
            }
        }
    }

    @OneCpu
    private static final class PerCpuPages {
        final int[] frames;
        int size;

        PerCpuPages(int capacity) {
            frames = new int[capacity];
        }
    }
}
