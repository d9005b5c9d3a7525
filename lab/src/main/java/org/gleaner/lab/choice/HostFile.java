package org.gleaner.lab.choice;

/// A file of the host's kernel that commands can be written to.
public enum HostFile implements Choice {
    /// `/sys/kernel/debug/lru_gen`.
    LRU_GEN("lru_gen"),

    /// `/sys/kernel/mm/lru_gen/min_ttl_ms`.
    MIN_TTL("min_ttl_ms"),

    /// `/sys/kernel/mm/lru_gen/enabled`.
    ENABLED("lru_gen/enabled"),

    /// `/proc/sys/vm/swappiness`.
    SWAPPINESS("vm.swappiness"),

    // of a guest's cgroup
    MAX("memory.max"),
    HIGH("memory.high"),
    LOW("memory.low"),
    MIN("memory.min"),
    SWAP_MAX("memory.swap.max"),
    RECLAIM("memory.reclaim");

    private static final String CGROUP = "memory.";

    private final String label;

    HostFile(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /// Whether every cgroup has one of its own.
    public boolean ofCgroup() {
        return label.startsWith(CGROUP);
    }
}
