package org.gleaner.lab.execute.scenario;

import java.util.SplittableRandom;
import org.gleaner.lab.generate.ZipfRanks;
import org.gleaner.lab.size.Size;

/// Accesses to memory that is used by Zipf's law. Pages of neighbouring ranks make up a piece, and
/// the pieces lie in random order.
final class SkewedAccesses {
    /// A store's keys, as YCSB asks for them.
    private static final double EXPONENT = 0.99;

    private final ZipfRanks ranks;
    private final int[] pieceAt;
    private final int piece;
    private final int order;
    private final int writePercent;
    private final long seed;

    /// @param pages of 4 KiB; what is left behind the last whole piece is not accessed
    /// @param piece pages of one
    /// @param pageBytes of the host's pages, each of which holds one or more of these
    SkewedAccesses(int pages, int piece, int pageBytes, int writePercent, long seed) {
        order = Integer.numberOfTrailingZeros(pageBytes / Size.PAGE);
        this.piece = Math.min(piece, pages);
        this.writePercent = writePercent;
        this.seed = seed;
        pieceAt = ZipfRanks.shuffled(pages / this.piece, new SplittableRandom(seed));
        ranks = new ZipfRanks(pieceAt.length * this.piece, EXPONENT);
    }

    /// What a vCPU does in a round: the same on every machine.
    SplittableRandom begin(int vcpu, int round) {
        return new SplittableRandom(seed * 31 + vcpu * 1009L + round);
    }

    /// Fills `words` as [org.gleaner.kvm.Vcpu#run] takes them.
    void fill(int[] words, int count, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            int rank = ranks.next(random);
            int page = pieceAt[rank / piece] * piece + rank % piece >>> order;
            words[i] = random.nextInt(100) < writePercent ? page | Integer.MIN_VALUE : page;
        }
    }
}
