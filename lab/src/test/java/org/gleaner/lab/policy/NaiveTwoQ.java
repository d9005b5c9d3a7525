package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.List;

/// The full version of the paper.
final class NaiveTwoQ {
    private final int frames;
    private final List<Integer> in = new ArrayList<>();
    private final List<Integer> out = new ArrayList<>();
    private final List<Integer> main = new ArrayList<>();

    NaiveTwoQ(int frames) {
        this.frames = frames;
    }

    boolean access(Integer x) {
        if (main.remove(x)) {
            main.add(x);
            return true;
        }
        if (in.contains(x)) {
            return true;
        }
        boolean remembered = out.contains(x);
        if (in.size() + main.size() == frames) {
            if (in.size() > Math.max(1, frames / 4) || main.isEmpty()) {
                out.add(in.removeFirst());
                if (out.size() > Math.max(1, frames / 2)) {
                    out.removeFirst();
                }
            } else {
                main.removeFirst();
            }
        }
        out.remove(x);
        (remembered ? main : in).add(x);
        return false;
    }
}
