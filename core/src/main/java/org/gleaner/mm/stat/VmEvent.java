package org.gleaner.mm.stat;

import java.util.Locale;

/// Counters of `/proc/vmstat` and `memory.stat`, by the kernel's own names in lower case.
public enum VmEvent {
    PGFAULT,
    PGMAJFAULT,
    PSWPIN,
    PSWPOUT,
    SWAP_RA,
    SWAP_RA_HIT,
    PGSCAN,
    PGSCAN_KSWAPD,
    PGSCAN_DIRECT,
    PGSCAN_ANON,
    PGSCAN_FILE,
    PGSTEAL,
    PGSTEAL_KSWAPD,
    PGSTEAL_DIRECT,
    PGSTEAL_ANON,
    PGSTEAL_FILE,
    PGREFILL,
    PGACTIVATE,
    PGDEACTIVATE,
    PGROTATED,
    WORKINGSET_REFAULT_ANON,
    WORKINGSET_REFAULT_FILE,
    WORKINGSET_ACTIVATE_ANON,
    WORKINGSET_ACTIVATE_FILE,
    WORKINGSET_RESTORE_ANON,
    WORKINGSET_RESTORE_FILE,
    NR_VMSCAN_WRITE,
    NR_VMSCAN_IMMEDIATE_RECLAIM,
    UNEVICTABLE_PGS_CULLED,
    ALLOCSTALL,
    PAGEOUTRUN,
    KSWAPD_LOW_WMARK_HIT_QUICKLY,
    KSWAPD_HIGH_WMARK_HIT_QUICKLY,
    PGSCAN_DIRECT_THROTTLE,
    THP_FAULT_ALLOC,
    THP_FAULT_FALLBACK,
    THP_FAULT_FALLBACK_CHARGE,
    THP_SPLIT_PAGE,
    THP_SPLIT_PMD,
    THP_SWPOUT,
    THP_SWPOUT_FALLBACK,
    OOM_KILL;

    /// The kernel's name, such as `pgmajfault`.
    public String statName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
