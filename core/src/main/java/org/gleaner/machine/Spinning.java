package org.gleaner.machine;

import java.util.Arrays;

/// Notices that an actor goes round a loop which only another actor can end: it has taken some
/// turns, and none of the words it has read meanwhile was changed by anybody else. Such an actor is
/// passed over until one is: exploring more turns would show nothing new.
final class Spinning {
    /// Turns in vain that are explored before the actor is passed over.
    private static final int TURNS = 2;

    private int turns;
    private int[] read = new int[32];
    private int size;

    /// One turn of a loop has ended.
    void turn() {
        turns++;
    }

    boolean isInVain() {
        return turns > TURNS;
    }

    /// This actor has read `word`.
    void read(int word) {
        if (turns == 0) {
            return;
        }
        for (int i = 0; i < size; i++) {
            if (read[i] == word) {
                return;
            }
        }
        if (size == read.length) {
            read = Arrays.copyOf(read, size * 2);
        }
        read[size++] = word;
    }

    /// Somebody else has changed words; true if that ends the vain.
    boolean changed(int word, int span) {
        for (int i = 0; i < size; i++) {
            if (Step.overlaps(read[i], 1, word, span)) {
                forgive();
                return true;
            }
        }
        return false;
    }

    /// Lets the actor try again.
    void forgive() {
        turns = 0;
        size = 0;
    }
}
