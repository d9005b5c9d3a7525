package org.gleaner.lab.trace.block;

import org.gleaner.lab.trace.format.TraceBytes;

/// What an item of an lcs file is. It begins with its time in four bytes, and its id in eight.
///
/// @param length in bytes
/// @param operationAt where its operation is, in one byte; [#NONE] if it has none
record ItemLayout(int length, int operationAt) {

    static final int NONE = -1;

    private static final int MOST = 1 << 12;

    /// The layout that a string in a header tells, little-endian and without padding, as
    /// `struct.calcsize` takes it: `<IQIq` is time, id, size, and next request; what stands between
    /// the last two begins with the operation.
    ///
    /// @throws org.gleaner.lab.trace.format.Malformed if there is none, or not of such items
    static ItemLayout of(TraceBytes bytes, int from, int to) {
        byte[] buffer = bytes.buffer();
        for (int at = from; at < to; at++) {
            if (buffer[at] == '<') {
                return of(bytes, text(buffer, at + 1, to));
            }
        }
        throw bytes.malformed("its header has no format string, which begins with '<'");
    }

    private static String text(byte[] buffer, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int at = from; at < to && Character.isLetterOrDigit((char) buffer[at]); at++) {
            text.append((char) buffer[at]);
        }
        return text.toString();
    }

    private static ItemLayout of(TraceBytes bytes, String fields) {
        int length = 0;
        int operationAt = NONE;
        int field = 0;
        int times = 0;
        for (char c : fields.toCharArray()) {
            if (c >= '0' && c <= '9') {
                times = Math.min(MOST, times * 10 + c - '0');
                continue;
            }
            int size = size(c);
            if (size == 0) {
                throw no(bytes, fields);
            }
            for (int n = Math.max(1, times); n > 0 && length <= MOST; n--, field++) {
                operationAt = field == 3 ? length : operationAt;
                length += size;
            }
            times = 0;
        }
        boolean isIdThere = fields.startsWith("IQ") || fields.startsWith("LQ");
        if (!isIdThere || field < 4 || length > MOST) {
            throw no(bytes, fields);
        }
        return new ItemLayout(length, field == 4 ? NONE : operationAt);
    }

    private static RuntimeException no(TraceBytes bytes, String fields) {
        return bytes.malformed("its items are '<" + fields + "', not '<IQ' and on");
    }

    private static int size(char of) {
        return switch (of) {
            case 'b', 'B', 'c', '?', 'x' -> 1;
            case 'h', 'H' -> 2;
            case 'i', 'I', 'l', 'L', 'f' -> 4;
            case 'q', 'Q', 'd' -> 8;
            default -> 0;
        };
    }
}
