package org.gleaner.lab.trace.container;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Counts the bytes read from a file, and remembers whether it was the file itself that failed.
final class Counting extends FilterInputStream {

    private long count;
    private @Nullable IOException fault;

    Counting(InputStream in) {
        super(in);
    }

    /// Bytes handed out so far.
    long count() {
        return count;
    }

    /// Counts bytes of the file that another reader of it took.
    void passed(long bytes) {
        count += bytes;
    }

    /// Whether `e` came from the file, not from a decompressor that reads it.
    boolean threw(IOException e) {
        return e == fault;
    }

    @Override
    public int read() throws IOException {
        try {
            int read = in.read();
            count += read < 0 ? 0 : 1;
            return read;
        } catch (IOException e) {
            fault = e;
            throw e;
        }
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        try {
            int read = in.read(into, from, length);
            count += Math.max(read, 0);
            return read;
        } catch (IOException e) {
            fault = e;
            throw e;
        }
    }
}
