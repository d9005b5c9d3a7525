package org.gleaner.lab.validate;

import java.util.List;
import java.util.Locale;

/// The counters of reclaim that are compared.
public enum ReclaimCounter {
    PGMAJFAULT("majflt", true),
    PSWPOUT("pswpout", true),
    PGSCAN("pgscan", false),
    PGSTEAL("pgsteal", false),
    PGACTIVATE("pgactivate", false),
    PGDEACTIVATE("pgdeactivate", false);

    /// A row fails if a bound counter is further outside its band than this, in percent.
    public static final int BOUND = 5;

    private final String column;
    private final boolean bound;

    ReclaimCounter(String column, boolean bound) {
        this.column = column;
        this.bound = bound;
    }

    /// The kernel's name, such as `pgmajfault`.
    public String statName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Its column in a table; `majflt` is the replaying task's own count.
    String column() {
        return column;
    }

    /// Whether a row fails by this counter. The others tell how reclaim came there.
    public boolean isBound() {
        return bound;
    }

    /// The errors, in percent, that the summary counts rows within.
    public List<Integer> marks() {
        return bound ? List.of(2, BOUND) : List.of(10);
    }
}
