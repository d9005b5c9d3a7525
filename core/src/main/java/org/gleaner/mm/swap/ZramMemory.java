package org.gleaner.mm.swap;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.memory.Zone;

/// The page frames in which zram keeps compressed pages (`zs_pool`).
///
/// How many that takes is settled before the host starts, as if all memory were in use, and so many
/// are not free from the beginning, whatever is in swap yet. More are never taken. That is true no
/// longer once a process has gone: with [#lowerNeed] the pool has as many frames as its slots fill,
/// but no fewer than those who stay will need, and no more than at first. What it gives up is free
/// memory of the zone, and what it needs again it takes from there, so the two have the same
/// together at any time.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `held` | under `lock` | release | [#fit], whether there is anything to do | peek |
/// | `needed` | under `lock` | release | [#fit] | peek |
public final class ZramMemory {
    /// Compression ratio of lz4 on zram, mean of a published measurement.
    public static final double RATIO = 2.63;

    private final Zone zone;
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.ZS_POOL_LOCK);

    /// The frames that are held, from the front.
    @Guarded("zs_pool_lock")
    private final int[] frames;

    private final Word held;
    private final Word needed;

    /// Holds `pages` frames from `first` on.
    public ZramMemory(Zone zone, int first, int pages) {
        this.zone = zone;
        frames = IntStream.range(first, first + pages).toArray();
        held = new Word(pages);
        needed = new Word(pages);
    }

    /// Frames that it has now.
    public long held() {
        return held.snapshot();
    }

    /// From now on `pages` frames are enough, once no more slots are in use than that holds. To ask
    /// for more than before changes nothing.
    void lowerNeed(Cpu cpu, long pages) {
        lock.lock(cpu);
        if (pages < cpu.load(needed)) {
            cpu.store(needed, pages);
        }
        lock.unlock(cpu);
    }

    /// Gives up frames, or takes some back, as so many slots are in use.
    void fit(Cpu cpu, long slots) {
        long least = cpu.peek(needed);
        if (least == frames.length) {
            return;
        }
        long wanted = Math.clamp((long) Math.ceil(slots / RATIO), least, frames.length);
        if (cpu.peek(held) == wanted) {
            return;
        }
        lock.lock(cpu);
        int has = (int) cpu.load(held);
        while (has > wanted) {
            zone.release(cpu, frames[--has]);
        }
        while (has < wanted) {
            int frame = zone.allocate(cpu, 0);
            if (frame < 0) {
                break;
            }
            frames[has++] = frame;
        }
        cpu.store(held, has);
        lock.unlock(cpu);
    }

    /// Every frame that it has. For checks of a host at rest.
    public void forEachFrame(IntConsumer action) {
        for (int i = 0; i < held(); i++) {
            action.accept(frames[i]);
        }
    }
}
