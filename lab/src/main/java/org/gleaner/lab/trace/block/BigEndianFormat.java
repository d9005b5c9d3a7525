package org.gleaner.lab.trace.block;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Big-endian unsigned numbers, one for each read of a key, without a header: what Java's
/// `DataOutputStream` writes.
///
/// All bytes are such numbers, so that a file is told only by how they lie.
public final class BigEndianFormat implements TraceFormat {

    /// Numbers of 32 bits.
    public static final BigEndianFormat INT32 = new BigEndianFormat(Integer.BYTES);

    /// Numbers of 64 bits.
    public static final BigEndianFormat INT64 = new BigEndianFormat(Long.BYTES);

    /// Fewer numbers than this can be anything.
    private static final int LEAST = 16;

    /// Different values of a byte, of 256, above which they may be any.
    private static final int FEW = 16;

    /// One of so many numbers that come again is no coincidence, where there are 2^64.
    private static final int REPEATED = 50;

    private final About about;
    private final int length;

    private BigEndianFormat(int length) {
        String bits = String.valueOf(length * Byte.SIZE);
        this.about =
                new About(
                        "int" + bits + "be",
                        bits + "-bit big-endian numbers (cache2k, Corda)",
                        Level.KEY,
                        "int" + bits + "be");
        this.length = length;
    }

    @Override
    public About about() {
        return about;
    }

    /// The first byte of a number takes few values and the last takes many; or numbers of 64 bits
    /// come again, which chance does not do. Files of bare numbers that are called `.trace` come
    /// from simulators of caches, which read them as big-endian whatever they look like; words of
    /// the other kind are called `.u32`.
    private static final List<String> TRACE = List.of("trace");

    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int count = bytes.length / length;
        if (count == 0 || head.isText()) {
            return NO;
        }
        if (count < LEAST) {
            return head.named(about.names()) ? POSSIBLE : NO;
        }
        int first = values(bytes, 0);
        int last = values(bytes, length - 1);
        if (length == Integer.BYTES) {
            boolean pairs = isZero(bytes, 0) || isZero(bytes, Integer.BYTES);
            if (pairs) {
                return NO;
            }
            boolean bigEndian = first <= FEW && last > 2 * first;
            return bigEndian ? POSSIBLE + 1 : head.named(TRACE) ? POSSIBLE : NO;
        }
        boolean small = isZero(bytes, 0) && last > 2 * values(bytes, Integer.BYTES);
        boolean hashes = first > FEW && last > FEW && repeats(bytes) > count / REPEATED;
        return small || hashes ? POSSIBLE + 2 : NO;
    }

    /// How many values the byte at `at` of the numbers has.
    private int values(byte[] bytes, int at) {
        boolean[] seen = new boolean[256];
        int values = 0;
        for (int i = at; i < bytes.length; i += length) {
            int value = bytes[i] & 0xff;
            values += seen[value] ? 0 : 1;
            seen[value] = true;
        }
        return values;
    }

    /// Whether the 4 bytes from `at` on are 0 in each 8 bytes.
    private static boolean isZero(byte[] bytes, int at) {
        for (int i = at; i + Integer.BYTES <= bytes.length; i += Long.BYTES) {
            if (TraceBytes.int32(bytes, i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int repeats(byte[] bytes) {
        long[] numbers = new long[bytes.length / Long.BYTES];
        Arrays.setAll(numbers, i -> TraceBytes.int64(bytes, i * Long.BYTES));
        return numbers.length - (int) Arrays.stream(numbers).distinct().count();
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        while (bytes.nextRecords(length)) {
            int to = bytes.to();
            if (length == Integer.BYTES) {
                for (int at = bytes.from(); at < to; at += Integer.BYTES) {
                    sink.access(Integer.reverseBytes(bytes.int32(at)) & 0xffff_ffffL, false);
                }
            } else {
                for (int at = bytes.from(); at < to; at += Long.BYTES) {
                    sink.access(Long.reverseBytes(bytes.int64(at)), false);
                }
            }
            reading.records((to - bytes.from()) / length);
        }
    }
}
