package org.gleaner.lab.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The words read so far, in pieces: what is held is what was read.
final class Words {

    /// The longest array that every JVM can make.
    static final int MOST = Integer.MAX_VALUE - 8;

    private static final int PIECE = 1 << 20;
    private static final int CHUNK = 1 << 18;

    private final List<int[]> pieces = new ArrayList<>();
    private final int most;
    private int count;
    private long bytes;

    /// @param most words that are kept, up to [#MOST]
    Words(long most) {
        this.most = (int) Math.clamp(most, 0, MOST);
    }

    /// There are more words than may be kept.
    static final class TooMany extends RuntimeException {
        TooMany() {
            super("too many words", null, false, false);
        }
    }

    /// Reads `in` to its end.
    ///
    /// @throws IOException what `in` throws; what was read before it stays counted
    /// @throws TooMany as soon as there are more than may be kept
    void fill(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        int kept = 0;
        for (int read; (read = in.read(chunk, kept, CHUNK - kept)) >= 0; ) {
            bytes += read;
            int held = kept + read;
            int whole = held / Integer.BYTES;
            if (whole > most - count) {
                throw new TooMany();
            }
            add(ByteBuffer.wrap(chunk, 0, whole * Integer.BYTES));
            kept = held - whole * Integer.BYTES;
            System.arraycopy(chunk, whole * Integer.BYTES, chunk, 0, kept);
        }
    }

    private void add(ByteBuffer chunk) {
        var words = chunk.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
        while (words.hasRemaining()) {
            int at = count % PIECE;
            if (at == 0) {
                pieces.add(new int[PIECE]);
            }
            int n = Math.min(words.remaining(), PIECE - at);
            words.get(pieces.getLast(), at, n);
            count += n;
        }
    }

    /// Bytes read so far.
    long bytes() {
        return bytes;
    }

    /// The words, and no room behind them. Empties this.
    int[] take() {
        if (pieces.size() == 1) {
            return Arrays.copyOf(pieces.removeFirst(), count);
        }
        int[] all = new int[count];
        for (long at = 0; at < count; at += PIECE) {
            int n = (int) Math.min(PIECE, count - at);
            System.arraycopy(pieces.removeFirst(), 0, all, (int) at, n);
        }
        return all;
    }
}
