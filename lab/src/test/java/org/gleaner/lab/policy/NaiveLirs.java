package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The paper's three cases over a stack and a queue whose last element is the most recent.
final class NaiveLirs {
    private final int queueFrames;
    private final int lirFrames;
    private final List<Integer> stack = new ArrayList<>();
    private final List<Integer> queue = new ArrayList<>();
    private final Set<Integer> lir = new HashSet<>();

    NaiveLirs(int frames) {
        queueFrames = Math.max(1, frames / 100);
        lirFrames = frames - queueFrames;
    }

    boolean access(Integer x) {
        boolean hit = lir.contains(x) || queue.contains(x);
        if (lir.contains(x)) {
            stack.remove(x);
            stack.add(x);
        } else if (!hit && lir.size() < lirFrames) {
            lir.add(x);
            stack.add(x);
        } else {
            if (!hit && queue.size() == queueFrames) {
                queue.removeFirst();
            }
            queue.remove(x);
            if (stack.remove(x)) {
                lir.add(x);
                Integer bottom = stack.removeFirst();
                lir.remove(bottom);
                queue.add(bottom);
            } else {
                queue.add(x);
            }
            stack.add(x);
        }
        while (!stack.isEmpty() && !lir.contains(stack.getFirst())) {
            stack.removeFirst();
        }
        return hit;
    }
}
