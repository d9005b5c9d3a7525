package org.gleaner.lab.trace.memory;

import java.io.IOException;
import java.util.Arrays;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Little-endian words of 32 bits, one for each access: the page number in bits 0 to 30, bit 31 set
/// for a write. The simplest format there is.
///
/// Any bytes are words, so all that tells such a trace from other files is how its numbers lie.
/// Programs touch pages beside each other, and pages are counted from a small number: a trace has a
/// few blocks of 2 MiB for thousands of pages, and its numbers have zeros at the top.
public final class U32Format implements TraceFormat {

    /// Fewer words than this can be anything.
    private static final int LEAST = 16;

    /// Pages below 64 GiB.
    private static final int SMALL = 1 << 24;

    /// Pages from 4 TiB on, which no trace has unless it has gaps.
    private static final int VAST = 1 << 30;

    /// Pages of 2 MiB, as a shift.
    private static final int BLOCK_SHIFT = 9;

    /// From this many on, pages that mostly lie alone in their blocks are no coincidence.
    private static final int MANY = 256;

    private static final About ABOUT =
            new About(
                    "u32",
                    "32-bit little-endian page numbers, bit 31 set for a write",
                    Level.MEMORY,
                    "u32");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int n = bytes.length / Integer.BYTES;
        if (head.isText() || n == 0) {
            return NO;
        }
        int[] words = new int[n];
        Arrays.setAll(words, i -> TraceBytes.int32(bytes, i * Integer.BYTES));
        if (n < LEAST) {
            return head.named(ABOUT.names()) || head.name().isEmpty() ? POSSIBLE : NO;
        }
        boolean other =
                isZeroFrom(words, 0)
                        || isZeroFrom(words, 1)
                        || isBigEndian(words)
                        || isScattered(words);
        return other ? NO : POSSIBLE - 5;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        while (bytes.nextRecords(Integer.BYTES)) {
            for (int at = bytes.from(); at < bytes.to(); at += Integer.BYTES) {
                int word = bytes.int32(at);
                sink.access(word & Integer.MAX_VALUE, word < 0);
            }
            reading.records((bytes.to() - bytes.from()) / Integer.BYTES);
        }
    }

    /// Whether every other word is 0, and not all of them.
    private static boolean isZeroFrom(int[] words, int first) {
        boolean others = false;
        for (int i = 0; i < words.length; i++) {
            if (i % 2 == first && words[i] << 1 != 0) {
                return false;
            }
            others |= i % 2 != first && words[i] != 0 && words[i] != words[1 - first];
        }
        return others;
    }

    /// Whether the numbers are large as they are and small with their bytes swapped.
    private static boolean isBigEndian(int[] words) {
        int highest = 0;
        int swapped = 0;
        for (int word : words) {
            highest = Math.max(highest, word & Integer.MAX_VALUE);
            swapped = Math.max(swapped, Integer.reverseBytes(word) & Integer.MAX_VALUE);
        }
        return highest >= SMALL && swapped < SMALL;
    }

    /// Whether the numbers lie alone all over the place.
    private static boolean isScattered(int[] words) {
        int[] pages = words.clone();
        Arrays.setAll(pages, i -> words[i] & Integer.MAX_VALUE);
        Arrays.sort(pages);
        int n = pages.length;
        if (pages[n - 1] < VAST) {
            return false;
        }
        int distinct = 1;
        int blocks = 1;
        for (int i = 1; i < n; i++) {
            distinct += pages[i] != pages[i - 1] ? 1 : 0;
            blocks += pages[i] >> BLOCK_SHIFT != pages[i - 1] >> BLOCK_SHIFT ? 1 : 0;
        }
        return distinct >= MANY && blocks >= distinct / 2;
    }
}
