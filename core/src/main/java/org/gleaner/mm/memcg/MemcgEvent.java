package org.gleaner.mm.memcg;

import java.util.Locale;

/// What `memory.events` of a cgroup counts, by the kernel's own names in lower case.
public enum MemcgEvent {
    /// Pages were reclaimed although usage was within the effective `memory.low`.
    LOW,

    /// Usage was above `memory.high`, and the task that charged had to reclaim for it.
    HIGH,

    /// Usage was about to go above `memory.max`.
    MAX,

    /// Nothing could be reclaimed under `memory.max`, and the allocation was about to fail.
    OOM,

    /// The killer acted.
    OOM_KILL;

    /// The kernel's name, such as `oom_kill`.
    public String statName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
