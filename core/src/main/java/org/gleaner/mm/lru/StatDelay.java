package org.gleaner.mm.lru;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Racy;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// Cgroup statistics as the kernel's readers see them: values of the last flush. Updates gather per
/// CPU and are posted in lumps; a reader that asks for fresh values gets them only once enough of
/// them are pending.
///
/// Up to 6.1 a lump is 65 updates and more than one of them per CPU is enough; later a lump is 64,
/// and more than 64 updates per CPU. On one CPU that is a flush every 130 updates against one every
/// 65 to 128. A flush of 6.1 leaves what has not made a lump yet; later ones start afresh.
///
/// A flush comes after a number of updates, so each must be counted that the kernel counts, and in
/// one piece where the kernel has it in one piece. The kernel gathers by CPU; here all share one
/// line of words. What some kernels count and others do not has a method of its own.
///
/// An update counts here and in each cgroup above, where it is pending until a flush from there
/// down; but not in the root, whose statistics a worker flushes.
public final class StatDelay {
    private static final long BATCH = 64;

    private static final int UNPOSTED = 0, POSTED = 1, ACTIVATIONS = 2, LINE = 8;

    private final long lump;
    private final boolean countsLumps;

    /// `pgpgin`, `pgpgout`: up to 6.1; later only where the first version of cgroups is built in.
    private final boolean countsCharges;

    /// `pswpin`, `pswpout` by cgroup, since 6.18.
    private final boolean countsSwapIo;

    @Racy("a reader may see some values of one flush and some of the next, as the kernel's may")
    private final long[] flushedSizes = new long[LruList.COUNT];

    @Racy("as above")
    private final long[] flushedActivations = new long[2];

    /// One line of words: updates that have not made a lump, lumps posted, activations by type.
    private final long[] counts = new long[LINE];

    private final @Nullable StatDelay above;

    /// @param above that of the cgroup above, null if that is the root
    StatDelay(KernelVersion kernel, @Nullable StatDelay above) {
        this.above = above;
        countsLumps = kernel.isBefore(KernelVersion.V6_12);
        lump = countsLumps ? BATCH + 1 : BATCH;
        countsCharges = countsLumps;
        countsSwapIo = !kernel.isBefore(KernelVersion.V6_18);
    }

    /// Counts `n` statistic updates.
    public void changed(Cpu cpu, long n) {
        for (StatDelay at = this; at != null; at = at.above) {
            at.add(cpu, n);
        }
    }

    private void add(Cpu cpu, long n) {
        if (cpu.fetchAdd(counts, UNPOSTED, n) + n >= lump) {
            // several may get here at once: the first takes all, the others little or nothing
            long taken = cpu.swap(counts, UNPOSTED, 0);
            cpu.fetchAdd(counts, POSTED, countsLumps ? taken / BATCH : taken);
        }
    }

    /// A folio was charged, or some were uncharged together.
    void charged(Cpu cpu, long folios) {
        if (countsCharges) {
            changed(cpu, folios);
        }
    }

    /// Pages were read from swap or written there.
    void swapIo(Cpu cpu, long pages) {
        if (countsSwapIo) {
            changed(cpu, pages);
        }
    }

    /// Counts a refault activation of a type.
    public void activated(Cpu cpu, int type) {
        cpu.fetchAdd(counts, ACTIVATIONS + type, 1);
        changed(cpu, 1);
    }

    /// Whether a reader of `memory.stat` on a host of `cpus` CPUs would cause a flush.
    public boolean flushIsDue(Cpu cpu, int cpus) {
        return cpu.load(counts, POSTED) > (countsLumps ? cpus : BATCH * cpus);
    }

    /// Activations of a type ever, current.
    long activationsEver(Cpu cpu, int type) {
        return cpu.load(counts, ACTIVATIONS + type);
    }

    /// Shows readers these sizes and activations from now on.
    void flush(Cpu cpu, long[] sizes, long[] activationsEver) {
        System.arraycopy(sizes, 0, flushedSizes, 0, flushedSizes.length);
        System.arraycopy(activationsEver, 0, flushedActivations, 0, flushedActivations.length);
        if (!countsLumps) {
            cpu.store(counts, UNPOSTED, 0);
        }
        cpu.store(counts, POSTED, 0);
    }

    /// Whether a flush would change no size.
    boolean isCurrent(long[] sizes) {
        return Arrays.equals(sizes, flushedSizes);
    }

    public long size(int list) {
        return flushedSizes[list];
    }

    /// Evictable pages at the last flush.
    public long total() {
        return flushedSizes[0] + flushedSizes[1] + flushedSizes[2] + flushedSizes[3];
    }

    /// `workingset_activate` of a type at the last flush.
    public long activations(int type) {
        return flushedActivations[type];
    }
}
