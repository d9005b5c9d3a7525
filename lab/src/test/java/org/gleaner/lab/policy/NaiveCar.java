package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Figure 2 of the paper, line by line.
final class NaiveCar {
    private final int c;
    private double p;
    private final List<Integer> t1 = new ArrayList<>();
    private final List<Integer> t2 = new ArrayList<>();
    private final List<Integer> b1 = new ArrayList<>();
    private final List<Integer> b2 = new ArrayList<>();
    private final Set<Integer> bits = new HashSet<>();

    NaiveCar(int c) {
        this.c = c;
    }

    boolean access(Integer x) {
        if (t1.contains(x) || t2.contains(x)) {
            bits.add(x);
            return true;
        }
        boolean known = b1.contains(x) || b2.contains(x);
        if (t1.size() + t2.size() == c) {
            replace();
            if (!known && t1.size() + b1.size() == c) {
                b1.removeFirst();
            } else if (!known && t1.size() + t2.size() + b1.size() + b2.size() == 2 * c) {
                b2.removeFirst();
            }
        }
        if (!known) {
            t1.add(x);
        } else if (b1.contains(x)) {
            p = Math.min(p + Math.max(1, b2.size() / (double) b1.size()), c);
            b1.remove(x);
            t2.add(x);
        } else {
            p = Math.max(p - Math.max(1, b1.size() / (double) b2.size()), 0);
            b2.remove(x);
            t2.add(x);
        }
        return false;
    }

    private void replace() {
        for (; ; ) {
            List<Integer> from = t1.size() >= Math.max(1, p) ? t1 : t2;
            Integer head = from.removeFirst();
            if (!bits.remove(head)) {
                (from == t1 ? b1 : b2).add(head);
                return;
            }
            t2.add(head);
        }
    }
}
