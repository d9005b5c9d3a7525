package org.gleaner.lab.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Words collected one by one, in pieces: what is held is what there is.
final class Accesses {

    /// The longest array that every JVM can make.
    static final int MOST = Integer.MAX_VALUE - 8;

    private static final int PIECE = 1 << 18;

    private final List<int[]> full = new ArrayList<>();
    private int[] piece = new int[PIECE];
    private int inPiece;

    /// There is room for [#MOST].
    void add(int word) {
        if (inPiece == PIECE) {
            full.add(piece);
            piece = new int[PIECE];
            inPiece = 0;
        }
        piece[inPiece++] = word;
    }

    /// Words so far.
    long size() {
        return (long) full.size() * PIECE + inPiece;
    }

    /// The words, and no room behind them. Empties this as it goes.
    int[] take() {
        if (full.isEmpty()) {
            return Arrays.copyOf(piece, inPiece);
        }
        int[] all = new int[Math.toIntExact(size())];
        System.arraycopy(piece, 0, all, full.size() * PIECE, inPiece);
        while (!full.isEmpty()) {
            System.arraycopy(full.removeLast(), 0, all, full.size() * PIECE, PIECE);
        }
        return all;
    }
}
