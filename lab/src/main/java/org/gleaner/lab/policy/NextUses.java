package org.gleaner.lab.policy;

import java.util.Arrays;
import org.gleaner.lab.trace.Trace;

/// When the page of each access is used next.
final class NextUses {

    /// Of a page that is not used again.
    static final int NEVER = Integer.MAX_VALUE;

    private NextUses() {}

    /// For each access the index of the next one to the same page, or [#NEVER].
    static int[] of(int[] accesses, int pages) {
        int[] next = new int[pages];
        Arrays.fill(next, NEVER);
        int[] uses = new int[accesses.length];
        for (int i = accesses.length - 1; i >= 0; i--) {
            int page = Trace.page(accesses[i]);
            uses[i] = next[page];
            next[page] = i;
        }
        return uses;
    }
}
