package org.gleaner.lab.record;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/// `/proc/PID/pagemap`: a word for each virtual page.
final class Pagemap implements Closeable {

    /// The page is in memory.
    static final long PRESENT = 1L << 63;

    /// It was written to since soft-dirty bits were cleared.
    static final long SOFT_DIRTY = 1L << 55;

    /// Takes a page and its entry.
    @FunctionalInterface
    interface Entries {
        void take(long page, long entry);
    }

    private static final int CHUNK = 1 << 13;

    private final Target target;
    private final FileChannel file;
    private final ByteBuffer words =
            ByteBuffer.allocateDirect(CHUNK * Long.BYTES).order(ByteOrder.nativeOrder());

    private Pagemap(Target target, FileChannel file) {
        this.target = target;
        this.file = file;
    }

    static Pagemap open(Target target) throws Target.Gone {
        try {
            return new Pagemap(
                    target,
                    FileChannel.open(
                            target.directory().resolve("pagemap"), StandardOpenOption.READ));
        } catch (IOException e) {
            throw target.gone(e, "looked at");
        }
    }

    /// Hands on the pages of an area that have all of `bits`, in ascending order.
    ///
    /// @param most after which it stops; those that are resident are known to be so many
    void pages(Target.Area area, long bits, long most, Entries taker) throws Target.Gone {
        long left = most;
        for (long page = area.from(); page < area.to() && left > 0; ) {
            words.clear().limit((int) Math.min(CHUNK, area.to() - page) * Long.BYTES);
            try {
                if (file.read(words, page * Long.BYTES) <= 0) {
                    return;
                }
            } catch (IOException e) {
                throw target.gone(e, "looked at");
            }
            words.flip();
            for (; words.remaining() >= Long.BYTES; page++) {
                long word = words.getLong();
                if ((word & bits) == bits) {
                    taker.take(page, word);
                }
                if (word < 0) {
                    left--;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
