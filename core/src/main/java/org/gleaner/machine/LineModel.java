package org.gleaner.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What reaching a [Word]'s cache line costs in virtual time: MESI, reduced to what locks feel.
///
/// - The *owner*, the CPU that wrote last, works locally as long as nobody took a copy.
/// - Any other read-modify-write or store, a failed compare-and-swap included, pulls the line from
///   its owner. The line is a first-in first-out server: a transfer starts when the one before has
///   ended, so that `k` CPUs that write at once are `k` transfers apart. The more there are before
///   it, the longer it takes: up to [Cost#LINE_XFER_STORM], of one within a socket.
/// - The first half of a transfer is the way of the request. Until it has come, the owner works on
///   the line as if nobody wanted it.
/// - The threads of a core share its caches: one transfer serves both.
/// - Cores behind one of a socket's several last-level caches have what that has
///   ([LastLevelCaches]).
/// - The first load after a write pulls the line the same way. Later loads by other CPUs cost each
///   its transfer but run side by side, a tick apart in the order of their requests, for the
///   last-level cache serves them. A CPU that has a copy reads it for [#HIT] until the next write.
///   An owner whose line was copied must take it back: one transfer.
///
/// Not modelled: false sharing (a word has its line), eviction, and distance within a socket but
/// for that.
final class LineModel {
    /// A load from the CPU's own cache: 1 ns, so that no loop of loads stands still in time.
    static final long HIT = CostModel.TICKS_PER_NANO;

    /// Nobody has asked for the line since.
    private static final long STAYS = Long.MAX_VALUE;

    /// With so many transfers before, one takes half of what many would add.
    static final int FEW = 2;

    private final long local;
    private final long same;
    private final long cross;

    /// What a transfer takes more behind very many others, within a socket and across.
    private final long moreSame;

    private final long moreCross;
    private final Speeds speeds;
    private final @Nullable LastLevelCaches caches;

    /// By CPU: the core that it is a thread of.
    private final short[] coreOf = new short[Engine.MOST_CPUS];

    private final short[] socketOf = new short[Engine.MOST_CPUS];

    /// For each core, the line that it has asked for last.
    private final @Nullable Word[] asked = new @Nullable Word[Engine.MOST_CPUS];

    /// When that came or comes there, and until when it stays.
    private final long[] comes = new long[2 * Engine.MOST_CPUS];

    LineModel(CostModel costs, Topology topology, Speeds speeds) {
        this.speeds = speeds;
        local = costs.ticks(Cost.LINE_LOCAL_RMW);
        same = costs.ticks(Cost.LINE_XFER_SAME);
        cross = costs.ticks(Cost.LINE_XFER_CROSS);
        long storm = costs.ticks(Cost.LINE_XFER_STORM);
        moreSame = storm - same;
        moreCross = same == 0 ? 0 : cross * (storm - same) / same;
        caches = topology.hasSmallCaches() ? new LastLevelCaches(costs, topology) : null;
        int cores = topology.threads() > 1 ? topology.cores() : Engine.MOST_CPUS;
        for (int cpu = 0; cpu < coreOf.length; cpu++) {
            // a division at every access takes longer than all the rest of it
            coreOf[cpu] = (short) (cpu % cores);
            socketOf[cpu] = (short) (cpu % topology.sockets());
        }
    }

    /// When a write by `cpu` that starts at `now` has the line, which `cpu` then owns alone.
    long write(Word w, int cpu, long now) {
        Word line = w.line;
        int core = core(cpu);
        if (asked[core] == line && now <= comes[2 * core + 1]) {
            long done = Math.max(now, comes[2 * core]) + local;
            if (comes[2 * core + 1] == STAYS) {
                line.lineOwner = cpu;
                line.lineFreeAt = done;
            }
            return done;
        }
        long done;
        if (!line.lineShared && line.lineOwner >= 0 && core(line.lineOwner) == core) {
            done = now + local;
        } else if (caches != null && caches.has(line, cpu, now)) {
            done = caches.write(line, cpu, now);
            if (!caches.keeps(line, cpu)) {
                return done;
            }
            leavesCore(line, (now + done) / 2);
            forgetReaders(line);
        } else {
            done = transferred(line, cpu, now);
            if (line.lineShared) {
                forgetReaders(line);
            }
        }
        line.lineOwner = cpu;
        line.lineFreeAt = done;
        asked[core] = line;
        comes[2 * core] = done;
        comes[2 * core + 1] = STAYS;
        if (caches != null) {
            caches.owns(line, cpu, done);
        }
        return done;
    }

    /// When a load by `cpu` that starts at `now` has its value.
    long read(Word w, int cpu, long now) {
        Word line = w.line;
        int core = core(cpu);
        if (asked[core] == line && now <= comes[2 * core + 1]) {
            return Math.max(now, comes[2 * core]) + HIT;
        }
        if (line.lineOwner == cpu || (line.lineShared && hasCopy(line, cpu))) {
            return now + HIT;
        }
        long done;
        if (caches != null && caches.hasToRead(line, cpu, now)) {
            done = caches.comes(line, cpu, now);
            if (!caches.keepsToRead(line, cpu)) {
                return done;
            }
            leavesCore(line, (now + done) / 2);
        } else if (line.lineShared) {
            long start = Math.max(now, line.lineFreeAt);
            long each = transfer(line.lineOwner, cpu);
            if (caches != null && line.lineOwner >= 0) {
                caches.leaves(line, line.lineOwner, start + each / 2);
            }
            done = start + each;
            line.lineFreeAt = start + 1;
        } else {
            done = transferred(line, cpu, now);
            line.lineFreeAt = done;
        }
        addReader(line, cpu, done);
        return done;
    }

    /// A CPU that spins on the word has pulled it back after a write that did not end its wait.
    void pullBack(Word w, int spinner) {
        Word line = w.line;
        if (!line.lineShared) {
            long now = line.lineFreeAt;
            long done;
            if (caches != null && caches.has(line, spinner, now)) {
                done = caches.comes(line, spinner, now);
                leavesCore(line, (now + done) / 2);
            } else {
                done = transferred(line, spinner, now);
            }
            line.lineFreeAt = done;
            addReader(line, spinner, done);
        }
    }

    /// When the line has come to `cpu`, which has asked for it at `now` and waits for the transfers
    /// before. Half of a transfer is the way of the request, until when the owner has the line. A
    /// request that waits does so at the line's home, half of its way; from there on it takes as
    /// long as where nobody waits, and that is how long the owner's cache has the line.
    private long transferred(Word line, int cpu, long now) {
        int owner = line.lineOwner;
        long each = transfer(owner, cpu);
        long way = line.lineFreeAt > now ? each / 4 : each / 2;
        long start = now;
        if (line.lineFreeAt > now) {
            start = line.lineFreeAt;
            long before = start - now;
            each += (each == same ? moreSame : moreCross) * before / (before + FEW * each);
        }
        if (owner >= 0) {
            leavesCore(line, start + each / 2);
            if (caches != null) {
                caches.leaves(line, owner, start + way);
            }
        }
        return start + each;
    }

    /// The owner's core has the line no longer than that.
    private void leavesCore(Word line, long at) {
        int core = core(line.lineOwner);
        if (asked[core] == line) {
            comes[2 * core + 1] = Math.min(comes[2 * core + 1], at);
        }
    }

    private long transfer(int owner, int cpu) {
        boolean near = speeds.oneSocket || owner < 0 || socketOf[owner] == socketOf[cpu];
        return near ? same : cross;
    }

    private int core(int cpu) {
        return coreOf[cpu];
    }

    private static boolean hasCopy(Word w, int cpu) {
        if (cpu < 64) {
            return (w.lineReaders & 1L << cpu) != 0;
        }
        long[] beyond = w.lineReadersBeyond;
        int i = (cpu >>> 6) - 1;
        return beyond != null && i < beyond.length && (beyond[i] & 1L << cpu) != 0;
    }

    /// `cpu` has a copy, which comes at `done`.
    private void addReader(Word w, int cpu, long done) {
        if (caches != null) {
            caches.copies(w, cpu, done);
        }
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

    private void forgetReaders(Word w) {
        if (caches != null && w.lineShared) {
            caches.forgetCopies(w);
        }
        w.lineShared = false;
        w.lineReaders = 0;
        long[] beyond = w.lineReadersBeyond;
        if (beyond != null) {
            Arrays.fill(beyond, 0);
        }
    }
}
