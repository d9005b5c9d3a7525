package org.gleaner.lab.trace.format;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The unpacked bytes of a trace, read through one buffer: by lines or by records.
///
/// A record or a line is looked at where it lies in the buffer, from [#from] to [#to] of [#buffer],
/// until the next one is asked for. Nothing is allocated for it. The buffer grows only for a line
/// or record that does not fit, up to [#LONGEST].
public final class TraceBytes {

    /// The longest line or record, in bytes.
    public static final int LONGEST = 1 << 20;

    private static final int BUFFER = 1 << 18;

    /// Eight of each, to look for an end of line in eight bytes at once.
    private static final long NEWLINES = 0x0a0a0a0a0a0a0a0aL;

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final InputStream in;
    private byte[] buffer;
    private int end;

    /// Bytes of the stream before the buffer's first.
    private long before;

    private long lines;
    private int from;
    private int to;

    /// What comes after the line or record: behind its end of line.
    private int next;

    private boolean ended;

    public TraceBytes(InputStream in) {
        this(in, BUFFER);
    }

    /// @param room bytes that are read at once, at least; a few thousand where many files are open
    public TraceBytes(InputStream in, int room) {
        this.in = in;
        this.buffer = new byte[room];
    }

    /// The first `length` of `bytes`, which are not copied.
    static TraceBytes of(byte[] bytes, int length) {
        TraceBytes all = new TraceBytes(InputStream.nullInputStream(), 0);
        all.buffer = bytes;
        all.end = length;
        all.ended = true;
        return all;
    }

    /// The buffer that the line or record lies in. May be another after the next one was asked for.
    public byte[] buffer() {
        return buffer;
    }

    /// Where the line or record begins.
    public int from() {
        return from;
    }

    /// Where it ends: for a line, before its end of line.
    public int to() {
        return to;
    }

    /// Bytes from the beginning of the stream to [#from].
    public long position() {
        return before + from;
    }

    /// The place of the line or record for people: `line 31` or `byte 480`.
    public String place() {
        return lines > 0 ? "line " + lines : "byte " + position();
    }

    /// Goes on to the next line. The last needs no end of line.
    ///
    /// @return false at the end of the bytes
    /// @throws Malformed if it is longer than [#LONGEST]
    public boolean nextLine() throws IOException {
        from = next;
        int at = from;
        for (; ; ) {
            at = endOfLine(at);
            if (at < end) {
                next = at + 1;
                break;
            }
            if (ended) {
                if (from == end) {
                    to = from;
                    return false;
                }
                next = at;
                break;
            }
            if (at - from >= LONGEST) {
                throw new Malformed(
                        "line " + (lines + 1),
                        "the line is longer than " + (LONGEST >> 20) + "MiB");
            }
            at -= more();
        }
        lines++;
        to = at > from && buffer[at - 1] == '\r' ? at - 1 : at;
        return true;
    }

    private int endOfLine(int start) {
        byte[] bytes = buffer;
        int last = end;
        int at = start;
        for (; at <= last - Long.BYTES; at += Long.BYTES) {
            long differs = (long) LONGS.get(bytes, at) ^ NEWLINES;
            long found = differs - ONES & ~differs & HIGHS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (at < last && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /// Goes on to the next `length` bytes, at most [#LONGEST].
    ///
    /// @return false at the end of the bytes, if it is where a record would begin
    /// @throws Malformed if the bytes end in the middle of it
    public boolean nextRecord(int length) throws IOException {
        if (end - next < length) {
            from = next;
            while (end - from < length && !ended) {
                more();
            }
            if (end == from) {
                to = from;
                return false;
            }
            if (end - from < length) {
                throw new Malformed(
                        "byte " + position(),
                        "a record has " + (end - from) + " of its " + length + " bytes");
            }
            next = from;
        }
        from = next;
        to = from + length;
        next = to;
        return true;
    }

    /// Goes on to as many whole records of `length` bytes as lie in the buffer, at least one: they
    /// are [#from] to [#to].
    ///
    /// @return false at the end of the bytes, if it is where a record would begin
    /// @throws Malformed if the bytes end in the middle of one
    public boolean nextRecords(int length) throws IOException {
        if (!nextRecord(length)) {
            return false;
        }
        to = from + (end - from) / length * length;
        next = to;
        return true;
    }

    /// Takes `length` bytes, or fewer at the end, behind the last line or record.
    public int read(byte[] into, int start, int length) throws IOException {
        int done = Math.min(length, end - next);
        System.arraycopy(buffer, next, into, start, done);
        next += done;
        from = next;
        while (done < length && !ended) {
            int read = in.read(into, start + done, length - done);
            if (read < 0) {
                ended = true;
            } else {
                done += read;
                before += read;
            }
        }
        return done;
    }

    /// Goes on to all that lies in the buffer, at least `least` bytes if there are so many: it is
    /// [#from] to [#to]. What of it is not taken with [#take] comes again.
    ///
    /// @return false at the end of the bytes
    public boolean nextBytes(int least) throws IOException {
        from = next;
        while (end - from < least && !ended) {
            more();
        }
        to = end;
        return to > from;
    }

    /// Says that what lies before `at` of [#buffer] is done with.
    public void take(int at) {
        from = at;
        next = at;
    }

    /// Says that the record that begins at [#from] ends at `end`, and is done with when the next
    /// one is asked for.
    public void record(int end) {
        to = end;
        next = end;
    }

    /// Says which of the records of [#nextRecords] is looked at, for [#place].
    public void at(int record) {
        from = record;
    }

    /// All bytes that come after the line or record, as a stream.
    public InputStream rest() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int at, int length) throws IOException {
                int done = TraceBytes.this.read(into, at, length);
                return done == 0 && length > 0 ? -1 : done;
            }
        };
    }

    /// Reads on behind [#from], which moves to the beginning of the buffer.
    ///
    /// @return by how much it moved
    private int more() throws IOException {
        int moved = from;
        if (moved > 0) {
            System.arraycopy(buffer, from, buffer, 0, end - from);
            before += moved;
            end -= moved;
            next -= moved;
            to -= moved;
            from = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, LONGEST + BUFFER));
        }
        int read = in.read(buffer, end, buffer.length - end);
        if (read < 0) {
            ended = true;
        } else {
            end += read;
        }
        return moved;
    }

    /// The little-endian number of 64 bits at `at` of [#buffer].
    public long int64(int at) {
        return (long) LONGS.get(buffer, at);
    }

    /// The little-endian number of 64 bits at `at` of `bytes`.
    public static long int64(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /// The little-endian number of 32 bits at `at` of `bytes`.
    public static int int32(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    /// The little-endian number of 32 bits at `at` of [#buffer].
    public int int32(int at) {
        return (int) INTS.get(buffer, at);
    }

    /// The little-endian unsigned number of 16 bits at `at` of [#buffer].
    public int int16(int at) {
        return (short) SHORTS.get(buffer, at) & 0xffff;
    }

    /// The fault of the line or record that lies in the buffer.
    public Malformed malformed(String what) {
        return new Malformed(place(), what);
    }
}
