package org.gleaner.lab.choice;

/// Whether guest memory comes from a pool of huge pages that is set apart at boot, and how large
/// these are.
public enum Hugetlb implements Choice {
    /// Ordinary memory.
    NONE("none", 1),

    /// Pages of 2 MiB.
    SIZE_2M("2m", 512),

    /// Pages of 1 GiB.
    SIZE_1G("1g", 512 * 512);

    private final String label;
    private final long pages;

    Hugetlb(String label, long pages) {
        this.label = label;
        this.pages = pages;
    }

    @Override
    public String label() {
        return label;
    }

    /// Pages of 4 KiB in one of the pool's.
    public long pages() {
        return pages;
    }
}
