package org.gleaner.lab.trace.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.tukaani.xz.CorruptedInputException;
import org.tukaani.xz.SingleXZInputStream;

/// Unpacks `.xz`: one stream or several, with zeros between and behind them. What else follows the
/// end of a stream is said to follow it, not to be a stream that ends too early.
final class XzStreams extends InputStream {

    private static final int MAGIC_BYTES = 6;

    private final PushbackInputStream packed;
    private SingleXZInputStream stream;
    private boolean ended;

    XzStreams(InputStream packed) throws IOException {
        this.packed = new PushbackInputStream(packed, MAGIC_BYTES);
        stream = new SingleXZInputStream(this.packed);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        while (!ended) {
            int read = stream.read(into, from, length);
            if (read >= 0) {
                return read;
            }
            next();
        }
        return -1;
    }

    private void next() throws IOException {
        int first = packed.read();
        for (; first == 0; first = packed.read()) {
            // padding
        }
        if (first < 0) {
            ended = true;
            return;
        }
        packed.unread(first);
        byte[] magic = packed.readNBytes(MAGIC_BYTES);
        if (Container.of(magic) != Container.XZ) {
            throw new CorruptedInputException("other bytes follow the end of the compressed ones");
        }
        packed.unread(magic);
        stream = new SingleXZInputStream(packed);
    }

    @Override
    public void close() throws IOException {
        packed.close();
    }
}
