package org.gleaner.lab.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// Several streams of numbers in one temporary file, written all at once and read one by one. A
/// stream has a chain of blocks, wherever there was room when each was full. The file has no name
/// while it is open, so that nothing is left of it whatever happens.
final class SpillFile implements AutoCloseable {

    private static final int BLOCK = 1 << 13;

    /// Bytes of a number at most.
    private static final int MOST = 10;

    private static final int BITS = 7;

    private final FileChannel file;
    private final byte[][] blocks;
    private final int[] filled;
    private final int[][] chains;
    private final int[] links;
    private long written;

    SpillFile(int streams) throws IOException {
        Path path = Files.createTempFile("gleaner-", ".spill");
        file =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        blocks = new byte[streams][0];
        filled = new int[streams];
        chains = new int[streams][0];
        links = new int[streams];
    }

    /// Adds a number, 0 and up, to a stream.
    void put(int stream, long number) throws IOException {
        byte[] block = blocks[stream];
        if (block.length == 0) {
            block = new byte[BLOCK];
            blocks[stream] = block;
        }
        int at = filled[stream];
        if (at > BLOCK - MOST) {
            write(stream);
            at = 0;
        }
        long left = number;
        for (; left > 0x7f; left >>>= BITS) {
            block[at++] = (byte) (left | 0x80);
        }
        block[at++] = (byte) left;
        filled[stream] = at;
    }

    /// Writes what is left in memory, which is then free.
    void flush() throws IOException {
        for (int stream = 0; stream < blocks.length; stream++) {
            if (filled[stream] > 0) {
                write(stream);
            }
            blocks[stream] = new byte[0];
        }
    }

    /// A full block; numbers do not cross its end, and what they leave is 0x80: no number ends so.
    private void write(int stream) throws IOException {
        byte[] block = blocks[stream];
        Arrays.fill(block, filled[stream], BLOCK, (byte) 0x80);
        ByteBuffer bytes = ByteBuffer.wrap(block);
        while (bytes.hasRemaining()) {
            file.write(bytes, written * BLOCK + bytes.position());
        }
        int link = links[stream]++;
        if (link == chains[stream].length) {
            chains[stream] = Arrays.copyOf(chains[stream], Math.max(4, link * 2));
        }
        chains[stream][link] = Math.toIntExact(written++);
        filled[stream] = 0;
    }

    /// The numbers of a stream from its first on.
    Numbers numbers(int stream) throws IOException {
        return new Numbers(stream);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One stream's numbers.
    final class Numbers {
        private final int stream;
        private final byte[] block = new byte[BLOCK];
        private int link;
        private int at = BLOCK;

        private Numbers(int stream) {
            this.stream = stream;
        }

        /// Whether there is another.
        boolean more() throws IOException {
            if (at < BLOCK && !isPadding()) {
                return true;
            }
            if (stream >= links.length || link == links[stream]) {
                return false;
            }
            ByteBuffer bytes = ByteBuffer.wrap(block);
            long from = (long) chains[stream][link++] * BLOCK;
            while (bytes.hasRemaining()) {
                if (file.read(bytes, from + bytes.position()) < 0) {
                    throw new IOException("it was cut");
                }
            }
            at = 0;
            return true;
        }

        /// Whether only padding follows: it has no byte below 0x80, and numbers end in one.
        private boolean isPadding() {
            for (int i = at; i < Math.min(BLOCK, at + MOST); i++) {
                if (block[i] >= 0) {
                    return false;
                }
            }
            return true;
        }

        long next() throws IOException {
            if (!more()) {
                throw new IOException("it was cut");
            }
            long number = 0;
            for (int shift = 0; ; shift += BITS) {
                byte b = block[at++];
                number |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return number;
                }
            }
        }
    }
}
