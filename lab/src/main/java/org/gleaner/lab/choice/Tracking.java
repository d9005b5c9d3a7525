package org.gleaner.lab.choice;

/// How a tracker asks which pages were used.
public enum Tracking implements Choice {
    /// A forced aging pass through the `lru_gen` debugfs file, then its generations.
    LRU_GEN("lru-gen"),

    /// The idle-page bitmap, page by page.
    PAGE_IDLE("page-idle");

    private final String label;

    Tracking(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
