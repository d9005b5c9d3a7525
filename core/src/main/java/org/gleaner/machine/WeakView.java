package org.gleaner.machine;

/// What one CPU of a weakly ordered machine may still read of the past: its *early loads*.
///
/// Memory has one history ([WriteHistory]); a load finds what was there at some step up to now. How
/// far back that may be is what orders loads:
///
/// - no load goes back behind `floor`: the step of the last load that acquires, or of the last
///   barrier;
/// - a load of a word does not go back behind the last access to the word, nor one that depends on
///   the load before it behind that;
/// - to have gone back behind the loads before it shows only if what was read then has changed
///   until one of them: else the load could as well have come first.
///
/// A load that could go back either takes what is there or the oldest that it may.
final class WeakView {
    private final WriteHistory history;
    private final IntMap accessed = new IntMap(64);

    /// Early loads that are left in this run.
    private int left;

    private int floor;

    /// The latest step that a load of this CPU stands for.
    private int latest;

    /// The step that its last load stands for.
    private int last;

    WeakView(WriteHistory history, int most) {
        this.history = history;
        left = most;
    }

    private int bound(int word, MemoryOrder order) {
        int bound = Math.max(floor, accessed.get(word));
        return order == MemoryOrder.DEPENDENT ? Math.max(bound, last) : bound;
    }

    /// Whether a load of `word` may find something that is no longer there.
    boolean mayBeEarly(int word, MemoryOrder order, long now) {
        if (left == 0) {
            return false;
        }
        int change = history.firstAfter(word, bound(word, order));
        return change >= 0 && history.step(change) <= latest && history.before(change) != now;
    }

    /// Has the load of `word` be early, and returns what it finds.
    long early(int word, MemoryOrder order) {
        int bound = bound(word, order);
        int change = history.firstAfter(word, bound);
        left--;
        loaded(word, order, Math.max(bound, history.sinceBefore(change)));
        return history.before(change);
    }

    /// A load of `word` has found what is there.
    void loaded(int word, MemoryOrder order) {
        loaded(word, order, Math.max(bound(word, order), history.since(word)));
    }

    private void loaded(int word, MemoryOrder order, int step) {
        accessed.put(word, step);
        last = step;
        latest = Math.max(latest, step);
        if (order == MemoryOrder.ACQUIRE || order == MemoryOrder.FULL) {
            floor = Math.max(floor, step);
        }
    }

    /// A store of this CPU has reached memory.
    void stored(int word, int step) {
        accessed.put(word, step);
    }

    /// A read-modify-write was made at `step`.
    void updated(int word, MemoryOrder order, int step) {
        loaded(word, order, step);
    }

    /// Nothing later goes back behind `step`.
    void ordered(int step) {
        floor = Math.max(floor, step);
    }

    /// Nothing later goes back behind what was found in something that is no word.
    void read(int number) {
        floor = Math.max(floor, history.since(number));
    }
}
