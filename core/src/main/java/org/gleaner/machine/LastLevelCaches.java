package org.gleaner.machine;

/// What the last-level caches have of each line, on processors where one socket has several, each
/// behind some of its cores (AMD's core complexes: 4 cores up to Zen 2, 8 from Zen 3 on).
///
/// - From core to core behind one cache a line takes [Cost#LINE_XFER_NEAR], longer behind others as
///   any transfer does, and nobody elsewhere waits for that.
/// - A transfer to one of these cores brings the line to all of them. Until the request of another
///   cache takes it away, they have it in turns; what comes later goes to the end of the queue. So
///   of many that wait, those behind one cache share a transfer.
/// - Of a line that is only read the first load brings a copy to the cache, and the others have it
///   from there.
///
/// For each cache a line has three numbers: when it has come there and its last core is done with
/// it; when a request from elsewhere takes it away; and whether there is a copy to be read.
final class LastLevelCaches {
    /// Nobody elsewhere has asked for the line.
    private static final long STAYS = Long.MAX_VALUE;

    private static final int FREE = 0;
    private static final int UNTIL = 1;
    private static final int COPY = 2;
    private static final int SIZE = 3;

    private final long near;

    /// What such a transfer takes more behind very many others.
    private final long more;

    private final int size;

    /// By CPU: where the numbers of its cache begin.
    private final short[] at = new short[Engine.MOST_CPUS];

    LastLevelCaches(CostModel costs, Topology topology) {
        near = costs.ticks(Cost.LINE_XFER_NEAR);
        long same = costs.ticks(Cost.LINE_XFER_SAME);
        more = same == 0 ? 0 : near * (costs.ticks(Cost.LINE_XFER_STORM) - same) / same;
        size = topology.caches() * SIZE;
        for (int cpu = 0; cpu < at.length; cpu++) {
            at[cpu] = (short) (topology.cacheOf(cpu) * SIZE);
        }
    }

    /// Whether a write by `cpu` at `now` can have the line in its cache before that loses it.
    boolean has(Word line, int cpu, long now) {
        return line.lineOwner >= 0 && comes(line, cpu, now) <= of(line)[at[cpu] + UNTIL];
    }

    /// When the line is with `cpu`, from a core behind the same cache.
    long comes(Word line, int cpu, long now) {
        long free = of(line)[at[cpu] + FREE];
        if (free <= now) {
            return now + near;
        }
        long before = free - now;
        return free + near + more * before / (before + LineModel.FEW * near);
    }

    /// The same for a write, which the next one waits for.
    long write(Word line, int cpu, long now) {
        long done = comes(line, cpu, now);
        of(line)[at[cpu] + FREE] = done;
        return done;
    }

    /// Whether nobody has asked for the line from elsewhere.
    boolean keeps(Word line, int cpu) {
        return of(line)[at[cpu] + UNTIL] == STAYS;
    }

    /// The same as [#has] for a load, for which a copy will do.
    boolean hasToRead(Word line, int cpu, long now) {
        return hasCopy(line, cpu) || has(line, cpu, now);
    }

    /// The same as [#keeps] for a load.
    boolean keepsToRead(Word line, int cpu) {
        return hasCopy(line, cpu) || keeps(line, cpu);
    }

    private boolean hasCopy(Word line, int cpu) {
        return line.lineOwner >= 0 && of(line)[at[cpu] + COPY] != 0;
    }

    /// `cpu` has written the line at `done`, and nobody else has it.
    void owns(Word line, int cpu, long done) {
        long[] all = of(line);
        all[at[cpu] + FREE] = done;
        all[at[cpu] + UNTIL] = STAYS;
    }

    /// A transfer takes the line out of the cache of `owner` at that `moment`.
    void leaves(Word line, int owner, long moment) {
        long[] all = of(line);
        all[at[owner] + UNTIL] = Math.min(all[at[owner] + UNTIL], moment);
    }

    /// The cache of `cpu` has a copy, which comes at `done`; that of the line's owner has one, too.
    void copies(Word line, int cpu, long done) {
        if (line.lineOwner < 0) {
            return;
        }
        long[] all = of(line);
        all[at[line.lineOwner] + COPY] = 1;
        if (all[at[cpu] + COPY] == 0) {
            all[at[cpu] + COPY] = 1;
            all[at[cpu] + FREE] = done;
        }
    }

    /// No cache has a copy to read.
    void forgetCopies(Word line) {
        long[] all = line.lineCaches;
        for (int each = COPY; all != null && each < all.length; each += SIZE) {
            all[each] = 0;
        }
    }

    /// A line that an owner was born with has been in his cache all along.
    private long[] of(Word line) {
        long[] all = line.lineCaches;
        if (all == null) {
            all = new long[size];
            line.lineCaches = all;
            if (line.lineOwner >= 0) {
                all[at[line.lineOwner] + UNTIL] = STAYS;
            }
        }
        return all;
    }
}
