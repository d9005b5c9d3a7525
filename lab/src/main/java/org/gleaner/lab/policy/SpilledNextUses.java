package org.gleaner.lab.policy;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// Next uses of a trace that does not fit memory, found in one pass from its beginning.
///
/// An access is told that its page is used again when that use comes, which may be long after. So
/// accesses are divided into windows, each of which collects what is told to it, in a stream of
/// numbers on disk: how far behind the one before the later use comes, and how far before that the
/// earlier one was. A pass over the trace then takes window after window and puts its uses in their
/// places.
///
/// Memory: eight bytes a page while they are found, then eight an access of one window. Disk: about
/// four bytes an access.
final class SpilledNextUses extends NextUses {

    /// Of the accesses of a window, at least.
    private static final int LEAST_SHIFT = 16;

    /// Of the windows of a trace, at most.
    private static final int WINDOWS_SHIFT = 11;

    private final long length;
    private final int shift;
    private final SpillFile streams;

    private SpilledNextUses(long length, int shift, SpillFile streams) {
        this.length = length;
        this.shift = shift;
        this.streams = streams;
    }

    static SpilledNextUses of(Trace trace, BooleanSupplier stop) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(trace.length());
        int shift = Math.max(LEAST_SHIFT, bits - WINDOWS_SHIFT);
        int windows = Math.toIntExact((trace.length() >>> shift) + 1);
        SpillFile streams = null;
        try {
            streams = new SpillFile(windows);
            find(trace, shift, streams, stop);
            return new SpilledNextUses(trace.length(), shift, streams);
        } catch (IOException e) {
            close(streams);
            throw noRoom(e);
        } catch (BadInput | Cancelled e) {
            close(streams);
            throw e;
        }
    }

    private static void close(@Nullable SpillFile streams) {
        if (streams != null) {
            streams.close();
        }
    }

    private static void find(Trace trace, int shift, SpillFile streams, BooleanSupplier stop)
            throws IOException {
        long[] last = new long[trace.regionPages()];
        Arrays.fill(last, -1);
        long[] told = new long[Math.toIntExact((trace.length() >>> shift) + 1)];
        long at = 0;
        try (Trace.Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                int[] words = chunks.words();
                for (int i = 0, end = chunks.count(); i < end; i++, at++) {
                    int page = Trace.page(words[i]);
                    long before = last[page];
                    last[page] = at;
                    if (before >= 0) {
                        int window = (int) (before >>> shift);
                        streams.put(window, at - told[window]);
                        streams.put(window, at - before);
                        told[window] = at;
                    }
                }
                if (stop.getAsBoolean()) {
                    throw new Cancelled();
                }
            }
        }
        streams.flush();
    }

    private static BadInput noRoom(IOException e) {
        return new BadInput(
                "the temporary directory " + System.getProperty("java.io.tmpdir"),
                "has no room for what opt has to know of the future: " + Input.reason(e),
                "make room, or name another with GLEANER_JAVA_OPTS=-Djava.io.tmpdir=DIR",
                e);
    }

    @Override
    long length() {
        return length;
    }

    @Override
    Pass pass() {
        return new Windows();
    }

    @Override
    public void close() {
        streams.close();
    }

    private final class Windows implements Pass {
        private final long[] uses = new long[(int) Math.min(length, 1L << shift)];
        private int window = -1;
        private int count;

        @Override
        public boolean next() {
            long begin = (long) ++window << shift;
            count = (int) Math.clamp(length - begin, 0, uses.length);
            Arrays.fill(uses, 0, count, NEVER);
            try {
                SpillFile.Numbers numbers = streams.numbers(window);
                long later = 0;
                while (count > 0 && numbers.more()) {
                    later += numbers.next();
                    uses[(int) (later - numbers.next() - begin)] = later;
                }
            } catch (IOException e) {
                throw noRoom(e);
            }
            return count > 0;
        }

        @Override
        public long[] uses() {
            return uses;
        }

        @Override
        public int count() {
            return count;
        }
    }
}
