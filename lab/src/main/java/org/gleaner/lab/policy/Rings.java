package org.gleaner.lab.policy;

import java.util.Arrays;

/// Frames in a ring, which a hand goes around.
final class Rings {

    private Rings() {}

    /// A ring whose frames hold `nobody`, a page number that does not occur: to evict it changes
    /// nothing, so that a ring which fills needs no care of its own.
    static int[] empty(int nobody, int frames) {
        int[] ring = new int[frames];
        Arrays.fill(ring, nobody);
        return ring;
    }
}
