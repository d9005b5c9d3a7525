package org.gleaner.lab.choice;

/// A file of a memory cgroup that may be written while the host runs.
public enum CgroupFile implements Choice {
    MAX("memory.max"),
    HIGH("memory.high"),
    LOW("memory.low"),
    MIN("memory.min"),
    RECLAIM("memory.reclaim");

    private final String label;

    CgroupFile(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
