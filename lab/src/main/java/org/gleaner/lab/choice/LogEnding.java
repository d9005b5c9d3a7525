package org.gleaner.lab.choice;

/// How small second-stage leaves become huge again when a dirty log ends.
public enum LogEnding implements Choice {
    /// Linux 6.12: each table is taken out, and the guest is flushed each time.
    ZAP_FLUSH_EACH("zap-flush-each", "each table is taken out and flushed by itself (6.12)"),

    /// The tables are taken out, and the guest is flushed once, and before each yield.
    ZAP_BATCHED("zap-batched", "all tables are taken out, then one flush"),

    /// 6.13 and later: a huge leaf takes each table's place, then one flush.
    RECOVER("recover", "a huge leaf takes each table's place, then one flush (6.13 and later)");

    private final String label;
    private final String about;

    LogEnding(String label, String about) {
        this.label = label;
        this.about = about;
    }

    @Override
    public String label() {
        return label;
    }

    /// For people, what it does.
    public String about() {
        return about;
    }
}
