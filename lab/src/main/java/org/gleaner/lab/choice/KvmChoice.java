package org.gleaner.lab.choice;

/// Whose KVM a guest runs on, where that is not the kernel of its aging design: the first of the
/// releases that are alike.
public enum KvmChoice implements Choice {
    /// Up to 6.3.
    V6_1("6.1", "KVM of 6.1: a guest's page tables go with the last vCPU that lets go of them"),

    /// Up to 6.12.
    V6_4("6.4", "KVM of 6.4: page tables stay though all vCPUs let go of them"),

    /// 6.13 and later.
    V6_13("6.13", "KVM of 6.13: as 6.4, and only faults mark pages");

    private final String label;
    private final String about;

    KvmChoice(String label, String about) {
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
