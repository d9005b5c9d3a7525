package org.gleaner.mm.reclaim;

/// Whether another task happened to run between two agings of one reclaim.
///
/// The scheduler marks an address space as used when it switches to one of its tasks, and a walk visits only
/// those so marked. Reclaim ages twice in a row at times, and whether a timer tick let somebody else run in
/// between decides if the second walk looks at page tables at all, which in turn decides what the Bloom
/// filters hold. On a real host that is chance; here it is a seeded one, private to each CPU.
final class SwitchChance {
    private static final double UNIT = 0x1p-53;

    private final double probability;
    private long state;

    SwitchChance(double probability, long seed) {
        this.probability = probability;
        state = seed * 0x9e3779b97f4a7c15L + 1;
    }

    boolean strikes() {
        if (probability == 0) {
            return false;
        }
        state += 0x9e3779b97f4a7c15L;
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return ((z ^ z >>> 31) >>> 11) * UNIT < probability;
    }
}
