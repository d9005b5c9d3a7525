package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// CLOCK-Pro with a list for its clock, from the place behind the hot hand on, and hands that are
/// pages, found anew each time.
final class NaiveClockPro {
    private final int frames;
    private int coldTarget;

    /// The hot hand's page first, the newest last.
    private final List<Integer> clock = new ArrayList<>();

    private final Set<Integer> hot = new HashSet<>();
    private final Set<Integer> cold = new HashSet<>();

    /// Cold pages in their test period, in memory or not.
    private final Set<Integer> test = new HashSet<>();

    private final Set<Integer> referenced = new HashSet<>();
    private Integer coldHand = -1;
    private Integer testHand = -1;

    NaiveClockPro(int frames) {
        this.frames = frames;
        coldTarget = Math.max(1, frames / 100);
    }

    boolean access(int page) {
        if (hot.contains(page) || cold.contains(page)) {
            referenced.add(page);
            return true;
        }
        if (hot.size() + cold.size() == frames) {
            freeFrame();
        }
        boolean inTest = test.contains(page);
        if (inTest) {
            drop(page);
        }
        add(page);
        cold.add(page);
        test.add(page);
        if (inTest) {
            promote(page);
        }
        return false;
    }

    private void add(int page) {
        if (clock.isEmpty()) {
            coldHand = page;
            testHand = page;
        }
        clock.add(page);
    }

    private int after(int page) {
        return clock.get((clock.indexOf(page) + 1) % clock.size());
    }

    private void drop(Integer page) {
        if (coldHand.equals(page)) {
            coldHand = after(page);
        }
        if (testHand.equals(page)) {
            testHand = after(page);
        }
        clock.remove(page);
    }

    private void promote(Integer page) {
        coldTarget = Math.min(coldTarget + 1, Math.max(1, frames - 1));
        cold.remove(page);
        test.remove(page);
        hot.add(page);
        while (hot.size() > frames - coldTarget) {
            demote();
        }
    }

    private void demote() {
        boolean found = false;
        while (!hot.isEmpty()) {
            Integer page = clock.getFirst();
            if (found && hot.contains(page)) {
                return;
            }
            clock.add(clock.removeFirst());
            if (!hot.contains(page)) {
                expire(page);
            } else if (!referenced.remove(page)) {
                hot.remove(page);
                cold.add(page);
                found = true;
            }
        }
    }

    private void expire(Integer page) {
        if (test.remove(page)) {
            coldTarget = Math.max(1, coldTarget - 1);
            if (!cold.contains(page)) {
                drop(page);
            }
        }
    }

    private void freeFrame() {
        while (true) {
            while (!cold.contains(coldHand)) {
                coldHand = after(coldHand);
            }
            Integer page = coldHand;
            coldHand = after(page);
            if (!referenced.remove(page)) {
                cold.remove(page);
                if (!test.contains(page)) {
                    drop(page);
                }
                while (test.stream().filter(each -> !cold.contains(each)).count() > frames) {
                    while (!test.contains(testHand)) {
                        testHand = after(testHand);
                    }
                    Integer ended = testHand;
                    testHand = after(ended);
                    expire(ended);
                }
                return;
            }
            boolean alone = clock.size() == 1;
            drop(page);
            add(page);
            if (alone) {
                coldHand = page;
                testHand = page;
            }
            if (test.contains(page)) {
                promote(page);
            } else {
                test.add(page);
            }
        }
    }
}
