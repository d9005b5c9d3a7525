package org.gleaner.lab.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What speaks against words being page numbers. Any bytes are words, so this is all that tells a
/// trace from a file of another kind.
///
/// Programs touch pages beside each other, and pages are counted from a small number: a trace has a
/// few blocks of 2 MiB for thousands of pages, and its numbers have zeros at the top. What other
/// files hold looks different. Judged by the first million words.
///
/// @param refused whether it is clear; else it is only worth a warning
/// @param what the fault
/// @param mend what to do about it
record Verdict(boolean refused, String what, String mend) {

    private static final int SAMPLE = 1 << 20;

    /// Bytes that text is told by.
    private static final int TEXT = 1 << 16;

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

    private static final String FORCE = "add --format u32 to replay it as it is";
    private static final String CONVERT =
            "convert it to 32-bit little-endian page numbers, or " + FORCE;

    /// The fault of `words`, the first `bytes` bytes of which are known; null if there is none.
    static @Nullable Verdict of(int[] words) {
        int n = Math.min(words.length, SAMPLE);
        Magic magic = Magic.of(bytes(words, 8));
        if (magic != null) {
            return new Verdict(true, "looks " + magic.what, magic.mend + ", or " + FORCE);
        }
        if (isText(bytes(words, TEXT))) {
            return new Verdict(true, "is text, not page numbers of 32 bits", CONVERT);
        }
        if (n < LEAST) {
            return null;
        }
        if (isZeroFrom(words, n, 0) || isZeroFrom(words, n, 1)) {
            return new Verdict(
                    true,
                    "looks like numbers of 64 bits (every other word is 0)",
                    "keep the lower 32 bits of each, little-endian, or " + FORCE);
        }
        if (isBigEndian(words, n)) {
            return new Verdict(
                    true, "looks like big-endian numbers", "swap the 4 bytes of each, or " + FORCE);
        }
        return ofSpread(words, n);
    }

    private static @Nullable Verdict ofSpread(int[] words, int n) {
        int[] pages = Arrays.copyOf(words, n);
        for (int i = 0; i < n; i++) {
            pages[i] = Trace.page(pages[i]);
        }
        Arrays.sort(pages);
        if (pages[n - 1] < VAST) {
            return null;
        }
        int distinct = 1;
        int blocks = 1;
        for (int i = 1; i < n; i++) {
            distinct += pages[i] != pages[i - 1] ? 1 : 0;
            blocks += pages[i] >> BLOCK_SHIFT != pages[i - 1] >> BLOCK_SHIFT ? 1 : 0;
        }
        String spread =
                "%,d pages in %,d places over %d TiB"
                        .formatted(distinct, blocks, Math.ceilDiv(pages[n - 1], 1 << 28));
        return distinct >= MANY && blocks >= distinct / 2
                ? new Verdict(true, "looks like no page numbers: " + spread, CONVERT)
                : new Verdict(false, "may hold no page numbers: " + spread, "check its format");
    }

    /// Whether every other word is 0, and not all of them.
    private static boolean isZeroFrom(int[] words, int n, int first) {
        boolean others = false;
        for (int i = 0; i < n; i++) {
            if (i % 2 == first && words[i] << 1 != 0) {
                return false;
            }
            others |= i % 2 != first && words[i] != 0 && words[i] != words[1 - first];
        }
        return others;
    }

    /// Whether the numbers are large as they are and small with their bytes swapped.
    private static boolean isBigEndian(int[] words, int n) {
        int highest = 0;
        int swapped = 0;
        for (int i = 0; i < n; i++) {
            highest = Math.max(highest, Trace.page(words[i]));
            swapped = Math.max(swapped, Trace.page(Integer.reverseBytes(words[i])));
        }
        return highest >= SMALL && swapped < SMALL;
    }

    private static boolean isText(byte[] bytes) {
        for (byte b : bytes) {
            boolean blank = b == '\n' || b == '\r' || b == '\t';
            if (b >= 0 && b < ' ' && !blank || b == 0x7f) {
                return false;
            }
        }
        return new String(bytes, StandardCharsets.UTF_8)
                .chars()
                .limit(bytes.length / 2)
                .noneMatch(c -> c == '\ufffd');
    }

    /// The first bytes of the file that `words` were read from, up to `most`.
    private static byte[] bytes(int[] words, int most) {
        byte[] bytes = new byte[(int) Math.min((long) words.length * Integer.BYTES, most)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (words[i / Integer.BYTES] >>> i % Integer.BYTES * Byte.SIZE);
        }
        return bytes;
    }
}
