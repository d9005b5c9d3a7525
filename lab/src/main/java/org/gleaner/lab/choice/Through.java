package org.gleaner.lab.choice;

/// What stands between the accesses and the host's memory manager.
public enum Through implements Choice {
    /// Nothing: a process touches its own memory.
    HOST("host"),

    /// A guest: the host sees accesses only through KVM's second-stage table and its notifiers.
    KVM("kvm");

    private final String label;

    Through(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
