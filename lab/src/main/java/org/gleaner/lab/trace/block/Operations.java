package org.gleaner.lab.trace.block;

import org.gleaner.lab.trace.format.TraceBytes;

/// Operations as libCacheSim numbers them.
final class Operations {

    /// Bits of those that write: 3 to 11, 13 and 14.
    private static final int WRITES = 0b110_1111_1111_1000;

    private static final int LAST = 14;

    private Operations() {}

    static boolean isKnown(byte operation) {
        return (operation & 0xff) <= LAST;
    }

    /// Whether the operation `at + of` the record at `at` writes.
    ///
    /// @throws org.gleaner.lab.trace.format.Malformed at the record if there is none of its number
    static boolean writes(TraceBytes bytes, int at, int of) {
        byte operation = bytes.buffer()[at + of];
        if (!isKnown(operation)) {
            bytes.at(at);
            throw bytes.malformed("it has the unknown operation " + (operation & 0xff));
        }
        return (WRITES >>> operation & 1) != 0;
    }
}
