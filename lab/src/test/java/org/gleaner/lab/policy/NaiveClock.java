package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Clock as a queue, in its three variants.
final class NaiveClock {
    private final int frames;
    private final boolean referencedOnInsert;
    private final boolean insertFirst;
    private final List<Integer> queue = new ArrayList<>();
    private final Set<Integer> referenced = new HashSet<>();

    NaiveClock(int frames, boolean referencedOnInsert, boolean insertFirst) {
        this.frames = frames;
        this.referencedOnInsert = referencedOnInsert;
        this.insertFirst = insertFirst;
    }

    boolean access(int page) {
        if (queue.contains(page)) {
            referenced.add(page);
            return true;
        }
        if (insertFirst) {
            queue.add(page);
        }
        if (queue.size() == frames + (insertFirst ? 1 : 0)) {
            while (referenced.remove(queue.getFirst())) {
                queue.add(queue.removeFirst());
            }
            queue.removeFirst();
        }
        if (!insertFirst) {
            queue.add(page);
        }
        if (referencedOnInsert) {
            referenced.add(page);
        }
        return false;
    }
}
