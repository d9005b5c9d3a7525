package org.gleaner.lab.choice;

/// How KVM gets hold of a guest's host pages, and what it tells them.
public enum PfnChoice implements Choice {
    /// Up to 6.12.
    BEFORE("before", "6.12: guesses whether a frame is counted; entries mark pages as well"),

    /// The twelfth posting of the series that changed it.
    V12("v12", "the series' twelfth posting: no guess; only faults mark pages"),

    /// 6.13 and later.
    MERGED("merged", "6.13: as v12, and the first lookup says all there is to say");

    private final String label;
    private final String about;

    PfnChoice(String label, String about) {
        this.label = label;
        this.about = about;
    }

    /// What it does, in a few words for people.
    public String about() {
        return about;
    }

    @Override
    public String label() {
        return label;
    }
}
