package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.List;

/// Figure 4 of the paper, case by case.
final class NaiveArc {
    private final int c;
    private double p;
    private final List<Integer> t1 = new ArrayList<>();
    private final List<Integer> t2 = new ArrayList<>();
    private final List<Integer> b1 = new ArrayList<>();
    private final List<Integer> b2 = new ArrayList<>();

    NaiveArc(int c) {
        this.c = c;
    }

    boolean access(Integer x) {
        if (t1.remove(x) || t2.remove(x)) {
            t2.add(x);
            return true;
        }
        if (b1.contains(x)) {
            p = Math.min(p + (b1.size() >= b2.size() ? 1 : b2.size() / (double) b1.size()), c);
            replace(x);
            b1.remove(x);
            t2.add(x);
        } else if (b2.contains(x)) {
            p = Math.max(p - (b2.size() >= b1.size() ? 1 : b1.size() / (double) b2.size()), 0);
            replace(x);
            b2.remove(x);
            t2.add(x);
        } else {
            int all = t1.size() + t2.size() + b1.size() + b2.size();
            if (t1.size() + b1.size() == c) {
                if (t1.size() < c) {
                    b1.removeFirst();
                    replace(x);
                } else {
                    t1.removeFirst();
                }
            } else if (all >= c) {
                if (all == 2 * c) {
                    b2.removeFirst();
                }
                replace(x);
            }
            t1.add(x);
        }
        return false;
    }

    private void replace(Integer x) {
        boolean exactly = b2.contains(x) && t1.size() == p;
        if (!t1.isEmpty() && (exactly || t1.size() > p)) {
            b1.add(t1.removeFirst());
        } else {
            b2.add(t2.removeFirst());
        }
    }
}
