package org.gleaner.machine;

import java.util.Arrays;

/// What reaching a [Word]'s cache line costs in virtual time: MESI, reduced to what locks feel.
///
/// - The *owner*, the CPU that wrote last, works locally as long as nobody took a copy.
/// - Any other read-modify-write or store, a failed compare-and-swap included, pulls the line from
///   its owner. The line is a first-in first-out server: a transfer starts when the one before has
///   ended, so that `k` CPUs that write at once are `k` transfers apart. Each that had to wait
///   takes longer than one that nobody disturbs: [Cost#LINE_XFER_STORM].
/// - The first load after a write pulls the line the same way. Later loads by other CPUs cost each
///   its transfer but run side by side, a tick apart in the order of their requests, for the
///   last-level cache serves them. A CPU that has a copy reads it for [#HIT] until the next write.
///   An owner whose line was copied must take it back: one transfer.
///
/// Not modelled: false sharing (a word has its line), eviction, and distance within a socket.
final class LineModel {
    /// A load from the CPU's own cache: 1 ns, so that no loop of loads stands still in time.
    static final long HIT = CostModel.TICKS_PER_NANO;

    private final long local;
    private final long same;
    private final long cross;
    private final long storm;
    private final int sockets;

    LineModel(CostModel costs, int sockets) {
        local = costs.ticks(Cost.LINE_LOCAL_RMW);
        same = costs.ticks(Cost.LINE_XFER_SAME);
        cross = costs.ticks(Cost.LINE_XFER_CROSS);
        storm = costs.ticks(Cost.LINE_XFER_STORM);
        this.sockets = sockets;
    }

    /// When a write by `cpu` that starts at `now` has the line, which `cpu` then owns alone.
    long write(Word w, int cpu, long now) {
        long done;
        if (w.lineOwner == cpu && !w.lineShared) {
            done = now + local;
        } else {
            done = transferred(w, cpu, now);
            w.lineOwner = cpu;
            if (w.lineShared) {
                forgetReaders(w);
            }
        }
        w.lineFreeAt = done;
        return done;
    }

    /// When a load by `cpu` that starts at `now` has its value.
    long read(Word w, int cpu, long now) {
        if (w.lineOwner == cpu || (w.lineShared && hasCopy(w, cpu))) {
            return now + HIT;
        }
        long done;
        if (w.lineShared) {
            long start = Math.max(now, w.lineFreeAt);
            done = start + transfer(w.lineOwner, cpu);
            w.lineFreeAt = start + 1;
        } else {
            done = transferred(w, cpu, now);
            w.lineFreeAt = done;
        }
        addReader(w, cpu);
        return done;
    }

    /// A CPU that spins on the word has pulled it back after a write that did not end its wait.
    void pullBack(Word w, int spinner) {
        if (!w.lineShared) {
            w.lineFreeAt += transfer(w.lineOwner, spinner);
            addReader(w, spinner);
        }
    }

    /// When the line has come to `cpu`, which has asked for it at `now` and waits for the transfers
    /// before.
    private long transferred(Word w, int cpu, long now) {
        long each = transfer(w.lineOwner, cpu);
        return w.lineFreeAt <= now ? now + each : w.lineFreeAt + each * storm / same;
    }

    private long transfer(int owner, int cpu) {
        return sockets == 1 || owner < 0 || owner % sockets == cpu % sockets ? same : cross;
    }

    private static boolean hasCopy(Word w, int cpu) {
        if (cpu < 64) {
            return (w.lineReaders & 1L << cpu) != 0;
        }
        long[] beyond = w.lineReadersBeyond;
        int i = (cpu >>> 6) - 1;
        return beyond != null && i < beyond.length && (beyond[i] & 1L << cpu) != 0;
    }

    private static void addReader(Word w, int cpu) {
        w.lineShared = true;
        if (cpu < 64) {
            w.lineReaders |= 1L << cpu;
            return;
        }
        long[] beyond = w.lineReadersBeyond;
        int i = (cpu >>> 6) - 1;
        if (beyond == null) {
            beyond = new long[i + 1];
            w.lineReadersBeyond = beyond;
        } else if (i >= beyond.length) {
            beyond = Arrays.copyOf(beyond, i + 1);
            w.lineReadersBeyond = beyond;
        }
        beyond[i] |= 1L << cpu;
    }

    private static void forgetReaders(Word w) {
        w.lineShared = false;
        w.lineReaders = 0;
        long[] beyond = w.lineReadersBeyond;
        if (beyond != null) {
            Arrays.fill(beyond, 0);
        }
    }
}
