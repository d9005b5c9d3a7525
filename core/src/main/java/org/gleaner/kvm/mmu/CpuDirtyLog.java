package org.gleaner.kvm.mmu;

import org.gleaner.machine.OneCpu;

/// Where a vCPU's hardware notes the pages whose D it sets (Intel's PML): 512 entries, from the
/// last to the first.
///
/// When they are used up, the next D is not set: the guest exits first. Whatever else makes it
/// exit, the entries are taken then, oldest first.
///
/// Empty and off at first; only the vCPU that it belongs to looks at it.
@OneCpu
public final class CpuDirtyLog {
    /// Entries that hardware has.
    public static final int ENTRIES = 512;

    private final long[] gfns = new long[ENTRIES];
    private int next = ENTRIES - 1;
    private boolean on;

    /// Whether hardware writes to it.
    public boolean isOn() {
        return on;
    }

    /// From the next entry into the guest on.
    public void turn(boolean toOn) {
        on = toOn;
    }

    public boolean isEmpty() {
        return next == ENTRIES - 1;
    }

    /// Whether the next D that is to be set makes the guest exit.
    boolean isFull() {
        return on && next < 0;
    }

    /// D was set for an access to a page; not if it is full.
    void note(long gfn) {
        if (on) {
            gfns[next--] = gfn;
        }
    }

    /// Takes the entry number `age`, 0 for the oldest.
    ///
    /// @return a guest page; -1 if there are not as many
    public long entry(int age) {
        int k = ENTRIES - 1 - age;
        return k > next ? gfns[k] : -1;
    }

    /// All entries have been taken.
    public void reset() {
        next = ENTRIES - 1;
    }
}
