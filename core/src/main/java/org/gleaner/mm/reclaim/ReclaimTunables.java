package org.gleaner.mm.reclaim;

import org.gleaner.mm.aging.SecondaryAging;

/// What an administrator may change of reclaim while the host runs. Reading costs nothing, as the
/// kernel's static keys and variables cost nothing here; a session under way may see a change in
/// the middle.
public final class ReclaimTunables {
    private volatile LruGenCaps caps;
    private volatile SecondaryAging aging;
    private volatile boolean switching;
    private volatile int swappiness;

    public ReclaimTunables(LruGenCaps caps, SecondaryAging aging, int swappiness) {
        this.caps = caps;
        this.aging = aging;
        this.swappiness = swappiness;
    }

    /// `/sys/kernel/mm/lru_gen/enabled`.
    public LruGenCaps caps() {
        return caps;
    }

    /// See [LruGenEnabled], which alone calls it.
    void setCaps(LruGenCaps next) {
        caps = next;
    }

    /// How secondary MMUs are asked, which is what bit 0x8 is about.
    SecondaryAging aging() {
        return aging;
    }

    void setAging(SecondaryAging next) {
        aging = next;
    }

    /// Whether folios are on their way between the classic lists and generations, and may be found
    /// on either.
    boolean switching() {
        return switching;
    }

    void setSwitching(boolean next) {
        switching = next;
    }

    /// `vm.swappiness`, 0 to 200.
    int swappiness() {
        return swappiness;
    }

    void setSwappiness(int next) {
        swappiness = next;
    }
}
