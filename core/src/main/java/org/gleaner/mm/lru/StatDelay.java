package org.gleaner.mm.lru;

import java.util.Arrays;
import org.gleaner.mm.version.KernelVersion;

/// Cgroup statistics as the kernel's readers see them: values of the last flush. Updates gather per CPU
/// and are posted in lumps; a reader that asks for fresh values gets them only once enough of them are
/// pending.
///
/// Up to 6.1 a lump is 65 updates and more than one of them per CPU is enough; later a lump is 64, and more than
/// 64 updates per CPU. On one CPU that is a flush every 130 updates against one every 65 to 128. A flush of 6.1
/// leaves what has not made a lump yet; later ones start afresh.
///
/// A flush comes after a number of updates, so each must be counted that the kernel counts, and in one piece
/// where the kernel has it in one piece. What some kernels count and others do not has a method of its own.
public final class StatDelay {
    private static final long BATCH = 64;

    private final long lump;
    private final boolean countsLumps;

    /// `pgpgin`, `pgpgout`: up to 6.1; later only where the first version of cgroups is built in.
    private final boolean countsCharges;

    /// `pswpin`, `pswpout` by cgroup, since 6.18.
    private final boolean countsSwapIo;

    private final long[] flushedSizes = new long[LruList.COUNT];
    private final long[] activations = new long[2];
    private final long[] flushedActivations = new long[2];
    private long unposted;
    private long posted;

    StatDelay(KernelVersion kernel) {
        countsLumps = kernel.isBefore(KernelVersion.V6_12);
        lump = countsLumps ? BATCH + 1 : BATCH;
        countsCharges = countsLumps;
        countsSwapIo = !kernel.isBefore(KernelVersion.V6_18);
    }

    /// Counts `n` statistic updates.
    public void changed(long n) {
        unposted += n;
        if (unposted >= lump) {
            posted += countsLumps ? unposted / BATCH : unposted;
            unposted = 0;
        }
    }

    /// A folio was charged, or some were uncharged together.
    void charged(long folios) {
        if (countsCharges) {
            changed(folios);
        }
    }

    /// Pages were read from swap or written there.
    void swapIo(long pages) {
        if (countsSwapIo) {
            changed(pages);
        }
    }

    /// Counts a refault activation of a type.
    public void activated(int type) {
        activations[type]++;
        changed(1);
    }

    /// Whether a reader of `memory.stat` on a host of `cpus` CPUs would cause a flush.
    public boolean flushIsDue(int cpus) {
        return posted > (countsLumps ? cpus : BATCH * cpus);
    }

    /// Activations ever, current.
    long[] activations() {
        return activations;
    }

    /// Shows readers these sizes and activations from now on.
    void flush(long[] sizes, long[] activationsEver) {
        System.arraycopy(sizes, 0, flushedSizes, 0, flushedSizes.length);
        System.arraycopy(activationsEver, 0, flushedActivations, 0, flushedActivations.length);
        if (!countsLumps) {
            unposted = 0;
        }
        posted = 0;
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
