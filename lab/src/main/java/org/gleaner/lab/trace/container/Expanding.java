package org.gleaner.lab.trace.container;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.gleaner.lab.BadInput;

/// Unpacked bytes, refused when there are far more of them than packed ones: no trace packs as well
/// as a bomb.
final class Expanding extends FilterInputStream {

    /// Below this nothing is refused.
    private static final long HARMLESS = 1L << 30;

    /// The longest run of one access packs about as well as this with zstd.
    private static final long MOST = 10_000;

    private final Counting packed;
    private final String place;
    private long count;

    Expanding(InputStream unpacked, Counting packed, String place) {
        super(unpacked);
        this.packed = packed;
        this.place = place;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int read = in.read(into, from, length);
        count += Math.max(read, 0);
        if (count > HARMLESS && count / MOST > packed.count()) {
            throw new BadInput(
                    place,
                    "unpacks to more than " + MOST + " times its size",
                    "if it is a trace all the same, unpack it and give that");
        }
        return read;
    }
}
