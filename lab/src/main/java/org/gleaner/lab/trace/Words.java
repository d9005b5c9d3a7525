package org.gleaner.lab.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A growing array of the words read so far.
final class Words {

    private static final int CHUNK = 1 << 18;

    /// The longest array that every JVM can make.
    private static final int MOST = Integer.MAX_VALUE - 8;

    private int[] words = new int[CHUNK];
    private int count;
    private long bytes;

    /// Reads `in` to its end.
    ///
    /// @throws IOException what `in` throws; what was read before it stays counted
    void fill(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        int kept = 0;
        for (int read; (read = in.read(chunk, kept, CHUNK - kept)) >= 0; ) {
            bytes += read;
            int held = kept + read;
            int whole = held / Integer.BYTES;
            grow(whole);
            ByteBuffer.wrap(chunk)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer()
                    .get(words, count, whole);
            count += whole;
            kept = held - whole * Integer.BYTES;
            System.arraycopy(chunk, whole * Integer.BYTES, chunk, 0, kept);
        }
    }

    /// Bytes read so far.
    long bytes() {
        return bytes;
    }

    /// The words, and no room behind them.
    int[] take() {
        return words.length == count ? words : Arrays.copyOf(words, count);
    }

    private void grow(int more) throws IOException {
        if (more > MOST - count) {
            throw new IOException("more than " + MOST + " accesses");
        }
        if (count + more > words.length) {
            int doubled = words.length > MOST / 2 ? MOST : words.length * 2;
            words = Arrays.copyOf(words, Math.max(doubled, count + more));
        }
    }
}
