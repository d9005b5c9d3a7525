package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Algorithm 1 of the paper over a list whose first page is the oldest.
final class NaiveSieve {
    private final int frames;
    private final List<Integer> queue = new ArrayList<>();
    private final Set<Integer> visited = new HashSet<>();
    private int hand;

    NaiveSieve(int frames) {
        this.frames = frames;
    }

    boolean access(int page) {
        if (queue.contains(page)) {
            visited.add(page);
            return true;
        }
        if (queue.size() == frames) {
            while (visited.remove(queue.get(hand))) {
                hand = (hand + 1) % frames;
            }
            queue.remove(hand);
            if (hand == frames - 1) {
                hand = 0;
            }
        }
        queue.add(page);
        return false;
    }
}
