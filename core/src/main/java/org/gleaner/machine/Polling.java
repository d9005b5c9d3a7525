package org.gleaner.machine;

/// Notices a poll of an actor in a search: a load of the very word that it loaded before it slept.
/// Before the word changes it would find what it has found, so it waits for that as a step.
final class Polling {
    private int word = Step.NOTHING;
    private long found;
    private boolean slept;

    /// It has slept for so long.
    void slept(long nanos) {
        slept = nanos > 0;
    }

    /// It has not slept since its last step.
    void awake() {
        slept = false;
    }

    /// Has the pending load be a poll if it is one.
    void describe(Step load) {
        if (slept && load.word == word) {
            load.kind = Step.Kind.POLL;
            load.wait = Step.Wait.CHANGE;
            load.expect = found;
        }
    }

    /// It has found this in what it loaded last.
    void loaded(int number, long value) {
        word = number;
        found = value;
    }
}
