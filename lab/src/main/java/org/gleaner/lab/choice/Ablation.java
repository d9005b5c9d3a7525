package org.gleaner.lab.choice;

/// One part taken out of the configurations of a scenario, to see what it was worth.
public enum Ablation implements Choice {
    /// Designs that flush the TLB after clearing an accessed bit do not.
    FLUSH_OFF("flush-off"),

    /// Reclaim ages the one page that it asked about, not its neighbours.
    LOOK_AROUND_OFF("look-around-off"),

    /// Lock-free designs walk with the MMU lock held for writing.
    LOCK_KEPT("lock-kept"),

    /// Every configuration again on each of the other swap devices.
    DEVICE_VARIED("device-varied");

    private final String label;

    Ablation(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
