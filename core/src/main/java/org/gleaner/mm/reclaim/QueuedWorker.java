package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.SplitMix64;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// The CPU's kernel worker, for which reclaim queues work: how it fares
/// ([org.gleaner.mm.memcg.VmPressure]), and that a limit was hit (`memory.events`). When it takes
/// the CPU for a moment, whoever reclaims comes back marked as having run, which is what walks of
/// page tables go by.
///
/// It does so at once, or, where the kernel is `PREEMPT_LAZY`, at the next tick of the clock or
/// when the task leaves the kernel, whichever is first. Where ticks fall is chance; how many pages
/// reclaim gets through until then is not, and [ReclaimPace] has it.
@OneCpu
final class QueuedWorker {
    /// From one tick to the next, in ns: 250 a second.
    static final long TICK = 4_000_000;

    private static final double UNIT = 0x1p-53;

    private final ReclaimContext host;
    private final @Nullable ReclaimPace pace;

    /// What phases of this seed are apart from those of others: by multiples of the golden ratio,
    /// so that a few seeds in a row see ticks early, late and in between each time.
    private final long spread;

    /// How often it has had to wait.
    private long waited;

    /// Whether it is queued and has not run.
    private boolean waits;

    /// When the next tick is, by [#clock].
    private long tick;

    /// What walks have taken so far, by the same clock.
    private long walks;

    /// @param pace null: it runs at once
    QueuedWorker(ReclaimContext host, @Nullable ReclaimPace pace, long seed) {
        this.host = host;
        this.pace = pace;
        spread = seed * SplitMix64.GOLDEN;
    }

    /// A limit was hit, and reclaim begins: whoever watches the cgroup's events is to be told. What
    /// runs at once has no effect on what has not begun.
    void limitHit(Cpu cpu) {
        if (pace != null) {
            queue(cpu);
        }
    }

    /// Work is queued for it.
    void queue(Cpu cpu) {
        if (pace == null) {
            host.currentTask().resume(cpu);
            return;
        }
        look(cpu);
        if (!waits) {
            waits = true;
            long phase = SplitMix64.mix(++waited) + spread;
            tick = clock(cpu, pace) + (long) (TICK * ((phase >>> 11) * UNIT));
        }
    }

    /// Page tables have been walked for so many ns of this machine.
    void walked(Cpu cpu, long nanos) {
        if (pace != null) {
            walks += nanos * pace.walk();
            look(cpu);
        }
    }

    /// Runs if a tick has come.
    void look(Cpu cpu) {
        if (waits && pace != null && clock(cpu, pace) >= tick) {
            leave(cpu);
        }
    }

    /// The task leaves the kernel: runs if it waits.
    void leave(Cpu cpu) {
        if (waits) {
            waits = false;
            host.currentTask().resume(cpu);
        }
    }

    /// What reclaim has taken on this CPU so far, in ns.
    private long clock(Cpu cpu, ReclaimPace of) {
        return host.stat().get(cpu, VmEvent.PGSCAN) * of.scanned()
                + host.stat().get(cpu, VmEvent.PGREFILL) * of.sorted()
                + walks;
    }
}
