package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;

/// The records of one drmemtrace file, in pieces from one marker of time to the next.
public final class DrmemtraceRecords {

    /// Bytes of a record.
    static final int LENGTH = 12;

    static final int READ = 0;
    static final int WRITE = 1;
    static final int THREAD = 22;
    static final int HEADER = 25;
    static final int MARKER = 28;

    /// The highest type that is believed: the tool has 50, and may get more.
    static final int LAST_TYPE = 63;

    private static final int FIRST_INSTRUCTION = 10;
    private static final int LAST_INSTRUCTION = 17;
    private static final int NO_FETCH = 29;
    private static final int TAKEN = 48;
    private static final int UNTAKEN = 49;

    private static final int TIMESTAMP = 2;
    private static final long NANOS = 1000;

    private final TraceBytes bytes;
    private int at;
    private int to;
    private boolean started;
    private long time;
    private long thread = -1;

    public DrmemtraceRecords(TraceBytes bytes) {
        this.bytes = bytes;
    }

    static boolean isInstruction(int type) {
        return type >= FIRST_INSTRUCTION && type <= LAST_INSTRUCTION
                || type == NO_FETCH
                || type == TAKEN
                || type == UNTAKEN;
    }

    /// The time at which the next piece begins, in microseconds, as the file has it; 0 before the
    /// first marker.
    public long time() {
        return time;
    }

    /// The thread of the records that were read last; -1 before the file names one.
    public long thread() {
        return thread;
    }

    /// Touches what the record at [#at] accesses.
    private void touch(AccessSink sink, int size, boolean write) {
        long address = bytes.int64(at + Integer.BYTES);
        long last = address + size - 1;
        if ((address ^ last) >>> Touch.PAGE_SHIFT == 0) {
            sink.access(address >>> Touch.PAGE_SHIFT, write);
        } else {
            bytes.at(at);
            Touch.range(sink, bytes, address, size, Touch.MOST_OF_AN_ACCESS, write);
        }
    }

    private void begin(AccessSink sink) {
        if (started) {
            sink.time(time * NANOS);
        }
        if (thread >= 0) {
            sink.cpu(thread);
        }
    }

    /// Looks for the first marker of time, which [#time] then gives. Takes no record.
    public void seek() throws IOException {
        for (int least = LENGTH << 6; least <= TraceBytes.LONGEST; least *= 4) {
            boolean more = bytes.nextBytes(least);
            for (int i = bytes.from(); i <= bytes.to() - LENGTH; i += LENGTH) {
                if (bytes.int32(i) == (TIMESTAMP << Short.SIZE | MARKER)) {
                    time = bytes.int64(i + Integer.BYTES);
                    return;
                }
            }
            if (!more || bytes.to() - bytes.from() < least) {
                return;
            }
        }
    }

    /// Hands on the accesses of the next piece: up to the next marker of time, which begins the
    /// piece after it. What lies before the first marker belongs to the first piece.
    ///
    /// @return false at the end of the file
    public boolean piece(AccessSink sink, Reading reading) throws IOException {
        begin(sink);
        for (; ; ) {
            int from = at;
            while (at < to) {
                int head = bytes.int32(at);
                int type = head & 0xffff;
                if (type <= WRITE) {
                    touch(sink, head >>> Short.SIZE, type == WRITE);
                } else if (type == MARKER && head >>> Short.SIZE == TIMESTAMP) {
                    reading.records((at - from) / LENGTH + 1);
                    time = bytes.int64(at + Integer.BYTES);
                    at += LENGTH;
                    if (started) {
                        return true;
                    }
                    started = true;
                    sink.time(time * NANOS);
                    from = at;
                    continue;
                } else if (type == THREAD) {
                    thread = bytes.int64(at + Integer.BYTES);
                    sink.cpu(thread);
                } else if (type > LAST_TYPE) {
                    bytes.at(at);
                    throw bytes.malformed("a record has the unknown type " + type);
                }
                at += LENGTH;
            }
            reading.records((at - from) / LENGTH);
            if (!bytes.nextRecords(LENGTH)) {
                return false;
            }
            at = bytes.from();
            to = bytes.to();
        }
    }
}
