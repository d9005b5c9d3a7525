package org.gleaner.lab.choice;

/// What it takes to count a logged page as clean again.
public enum LogMode implements Choice {
    /// To get the log is enough.
    NON_MANUAL("non-manual"),

    /// The log has to be cleared, page by page (`KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE`).
    MANUAL("manual"),

    /// The same, and every page is dirty when the log begins (`KVM_DIRTY_LOG_INITIALLY_SET`).
    INITIALLY_SET("initially-set");

    private final String label;

    LogMode(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /// Whether clearing is a step of its own.
    public boolean clears() {
        return this != NON_MANUAL;
    }
}
