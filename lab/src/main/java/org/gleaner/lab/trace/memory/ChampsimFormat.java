package org.gleaner.lab.trace.memory;

import java.io.IOException;
import java.util.List;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// ChampSim's instructions: structs of one size, little-endian, without a header. An operand of 0
/// is none; loads are the source operands, stores the destinations, and sizes are not known.
///
/// | | `input_instr` | `cloudsuite_instr` |
/// |---|---|---|
/// | bytes | 64 | 96 |
/// | instruction pointer | 0 | 0 |
/// | is a branch, is taken: 0 or 1 | 8, 9 | 8, 9 |
/// | destinations | 2 from 16 | 4 from 24 |
/// | sources | 4 from 32 | 4 from 56 |
public final class ChampsimFormat implements TraceFormat {

    /// `input_instr`.
    public static final ChampsimFormat INPUT =
            new ChampsimFormat(List.of("champsim", "champsimtrace"), 64, 16, 2, 32);

    /// `cloudsuite_instr`, as C lays it out.
    public static final ChampsimFormat CLOUDSUITE =
            new ChampsimFormat(List.of("cloudsuite"), 96, 24, 4, 56);

    private static final int BRANCH = 8;
    private static final int TAKEN = 9;
    private static final int SOURCES = 4;

    private final About about;
    private final int length;
    private final int destinations;
    private final int destinationCount;
    private final int sources;

    private ChampsimFormat(
            List<String> names, int length, int destinations, int destinationCount, int sources) {
        String kind = length == 64 ? "champsim" : "champsim-cloudsuite";
        this.about =
                new About(
                        kind,
                        "ChampSim, instructions of " + length + " bytes",
                        Level.MEMORY,
                        names);
        this.length = length;
        this.destinations = destinations;
        this.destinationCount = destinationCount;
        this.sources = sources;
    }

    @Override
    public About about() {
        return about;
    }

    /// Instructions lie near each other, branches are 0 or 1, and operands are 0 or addresses.
    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int records = bytes.length / length;
        if (records == 0 || head.isText()) {
            return NO;
        }
        int named = head.named(about.names()) ? POSSIBLE : NO;
        int near = 0;
        long before = 0;
        for (int i = 0; i < records; i++) {
            int at = i * length;
            long pointer = TraceBytes.int64(bytes, at);
            if (((bytes[at + BRANCH] | bytes[at + TAKEN]) & 0xfe) != 0 || !isCanonical(pointer)) {
                return i >= 16 && near * 2 >= i ? POSSIBLE : named;
            }
            near += pointer != 0 && Math.abs(pointer - before) < 1 << 20 ? 1 : 0;
            before = pointer;
        }
        if (near * 2 < records - 1 || near == 0) {
            return named;
        }
        boolean cut = head.whole() && bytes.length % length != 0;
        return cut ? Math.max(named, records >= 16 ? POSSIBLE : NO) : LIKELY;
    }

    /// Whether it is an address of a program or a kernel: its upper 16 bits are alike.
    private static boolean isCanonical(long pointer) {
        long upper = pointer >> Long.SIZE - Short.SIZE;
        return upper == 0 || upper == -1;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        while (bytes.nextRecords(length)) {
            byte[] buffer = bytes.buffer();
            for (int at = bytes.from(); at < bytes.to(); at += length) {
                if (((buffer[at + BRANCH] | buffer[at + TAKEN]) & 0xfe) != 0) {
                    throw new Malformed(
                            "byte " + (bytes.position() + at - bytes.from()),
                            "whether it is a branch and taken is neither 0 nor 1");
                }
                operands(bytes, at + sources, SOURCES, sink, false);
                operands(bytes, at + destinations, destinationCount, sink, true);
                reading.record();
            }
        }
    }

    private static void operands(
            TraceBytes bytes, int from, int count, AccessSink sink, boolean write) {
        for (int i = 0; i < count; i++) {
            long address = bytes.int64(from + i * Long.BYTES);
            if (address != 0) {
                sink.access(address >>> Touch.PAGE_SHIFT, write);
            }
        }
    }
}
