package org.gleaner.mm.reclaim;

/// What an administrator may change of reclaim while the host runs. Reading costs nothing, as the kernel's static keys
/// and variables cost nothing here; a session under way may see a change in the middle.
public final class ReclaimTunables {
    private volatile LruGenCaps caps;
    private volatile int swappiness;

    public ReclaimTunables(LruGenCaps caps, int swappiness) {
        this.caps = caps;
        this.swappiness = swappiness;
    }

    /// `/sys/kernel/mm/lru_gen/enabled`.
    LruGenCaps caps() {
        return caps;
    }

    /// @throws IllegalArgumentException if that would switch between MGLRU and the classic lists, whose folios would have
    ///     to move
    void setCaps(LruGenCaps next) {
        if (next.core() != caps.core()) {
            throw new IllegalArgumentException("lru_gen cannot be switched while the host runs");
        }
        caps = next;
    }

    /// `vm.swappiness`, 0 to 200.
    int swappiness() {
        return swappiness;
    }

    void setSwappiness(int next) {
        swappiness = next;
    }
}
