package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Algorithm 1 of the paper, with the sizes that the class under test states.
final class NaiveS3Fifo {
    private final int frames;
    private final int smallFrames;
    private final List<Integer> small = new ArrayList<>();
    private final List<Integer> main = new ArrayList<>();
    private final List<Integer> ghost = new ArrayList<>();
    private final Map<Integer, Integer> freq = new HashMap<>();

    NaiveS3Fifo(int frames) {
        this.frames = frames;
        smallFrames = Math.max(1, frames / 10);
    }

    boolean access(Integer x) {
        if (small.contains(x) || main.contains(x)) {
            freq.merge(x, 1, (had, one) -> Math.min(3, had + one));
            return true;
        }
        while (small.size() + main.size() == frames) {
            if (small.size() >= smallFrames) {
                evictSmall();
            } else {
                evictMain();
            }
        }
        (ghost.remove(x) ? main : small).add(x);
        freq.put(x, 0);
        return false;
    }

    private void evictSmall() {
        boolean evicted = false;
        while (!evicted && !small.isEmpty()) {
            Integer t = small.removeFirst();
            if (freq.get(t) > 1) {
                freq.put(t, 0);
                main.add(t);
                if (main.size() > frames - smallFrames) {
                    evictMain();
                }
            } else {
                ghost.add(t);
                if (ghost.size() > frames - smallFrames) {
                    ghost.removeFirst();
                }
                evicted = true;
            }
        }
    }

    private void evictMain() {
        for (; ; ) {
            Integer t = main.removeFirst();
            if (freq.get(t) == 0) {
                return;
            }
            freq.merge(t, -1, Integer::sum);
            main.add(t);
        }
    }
}
