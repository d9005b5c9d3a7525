package org.gleaner.lab.choice;

/// Who in user space supplies the page that a guest's fault wants.
public enum PageSupplier implements Choice {
    /// Threads that read faults from a queue, in which the vCPU waits meanwhile.
    USERFAULT("userfault", "the vCPU sleeps in a queue, of which a thread reads and wakes it"),

    /// The vCPU's own thread.
    EXIT("exit", "the vCPU leaves the guest, and its own thread supplies the page");

    private final String label;
    private final String about;

    PageSupplier(String label, String about) {
        this.label = label;
        this.about = about;
    }

    @Override
    public String label() {
        return label;
    }

    /// For people, what happens.
    public String about() {
        return about;
    }
}
