package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// gem5's packet traces: `gem5`, then protobuf messages, each behind its length: a header, and a
/// packet for each request.
///
/// Command 1 reads and 4 writes, unless the packet fetches an instruction (flag 0x100). Other
/// commands are no accesses; their numbers differ between versions of gem5.
public final class Gem5Format implements TraceFormat {

    private static final About ABOUT =
            new About("gem5", "gem5 packet traces", Level.PHYSICAL, "ptrc");

    private static final String MAGIC = "gem5";
    private static final int LONGEST_VARINT = 10;

    private static final int TICK = 1;
    private static final int COMMAND = 2;
    private static final int ADDRESS = 3;
    private static final int SIZE = 4;
    private static final int FLAGS = 5;
    private static final int FREQUENCY = 3;

    private static final int READ = 1;
    private static final int WRITE = 4;
    private static final int FETCH = 0x100;

    /// The bit of each byte that is 0 where a number ends.
    private static final long STOPS = 0x8080808080808080L;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        return head.startsWith(MAGIC) ? CERTAIN : NO;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        new Messages(bytes).read(sink, reading);
    }

    /// One reading.
    private static final class Messages {
        private final TraceBytes bytes;

        /// The numbers of the message's fields up to 5; what is no number, or more, is passed over.
        private final long[] fields = new long[6];

        private int seen;
        private int at;
        private int end;

        Messages(TraceBytes bytes) {
            this.bytes = bytes;
        }

        void read(AccessSink sink, Reading reading) throws IOException {
            if (!bytes.nextRecord(MAGIC.length()) || bytes.int32(bytes.from()) != 0x356d6567) {
                throw bytes.malformed("it does not begin with '" + MAGIC + "'");
            }
            if (!nextMessage()) {
                throw bytes.malformed("it has no header");
            }
            boolean hasFrequency = (seen & 1 << FREQUENCY) != 0 && fields[FREQUENCY] > 0;
            double nanos = hasFrequency ? (double) NANOS_PER_SECOND / fields[FREQUENCY] : 1;
            while (nextMessage()) {
                if ((seen & 1 << TICK) == 0 || (seen & 1 << COMMAND) == 0) {
                    throw bytes.malformed("a packet has no tick or no command");
                }
                packet(sink, nanos);
                reading.record();
            }
        }

        private void packet(AccessSink sink, double nanosPerTick) {
            boolean write = fields[COMMAND] == WRITE;
            boolean fetch = (seen & 1 << FLAGS) != 0 && (fields[FLAGS] & FETCH) != 0;
            if (!write && fields[COMMAND] != READ || fetch) {
                return;
            }
            if ((seen & 1 << ADDRESS) == 0) {
                throw bytes.malformed("a packet has no address");
            }
            sink.time((long) (fields[TICK] * nanosPerTick));
            long size = (seen & 1 << SIZE) != 0 ? fields[SIZE] : 0;
            Touch.range(sink, bytes, fields[ADDRESS], size, Touch.MOST_OF_AN_ACCESS, write);
        }

        /// Takes the next message apart.
        ///
        /// @return false at the end of the bytes
        private boolean nextMessage() throws IOException {
            if (!bytes.nextBytes(LONGEST_VARINT)) {
                return false;
            }
            at = bytes.from();
            end = bytes.to();
            long length = varint();
            int prefix = at - bytes.from();
            if (length < 0 || length > TraceBytes.LONGEST - LONGEST_VARINT) {
                throw bytes.malformed(
                        "its length of "
                                + Long.toUnsignedString(length)
                                + " bytes is beyond belief");
            }
            if (end - at < length) {
                bytes.nextBytes(prefix + (int) length);
                at = bytes.from() + prefix;
            }
            if (bytes.to() - at < length) {
                throw bytes.malformed(
                        "a message has " + (bytes.to() - at) + " of its " + length + " bytes");
            }
            end = at + (int) length;
            seen = 0;
            while (at < end) {
                numbers();
                if (at < end) {
                    field();
                }
            }
            bytes.record(end);
            return true;
        }

        /// Takes fields as long as they are numbers of up to 8 bytes with a short key, which nearly
        /// all are.
        private void numbers() {
            byte[] buffer = bytes.buffer();
            int last = end;
            int i = at;
            int known = seen;
            while (i < last) {
                int key = buffer[i];
                if (key < 0 || (key & 7) != 0 || key >>> 3 >= fields.length) {
                    break;
                }
                if (i + Long.BYTES >= buffer.length) {
                    break;
                }
                long eight = TraceBytes.int64(buffer, i + 1);
                long stops = ~eight & STOPS;
                int bits = Long.numberOfTrailingZeros(stops) + 1;
                int next = i + 1 + bits / Byte.SIZE;
                if (stops == 0 || next > last) {
                    break;
                }
                long value = Long.compress(eight & -1L >>> Long.SIZE - bits, ~STOPS);
                fields[key >>> 3] = value;
                known |= 1 << (key >>> 3);
                i = next;
            }
            seen = known;
            at = i;
        }

        private void field() {
            long key = varint();
            long number = key >>> 3;
            switch ((int) key & 7) {
                case 0 -> {
                    long value = varint();
                    if (number < fields.length) {
                        fields[(int) number] = value;
                        seen |= 1 << number;
                    }
                }
                case 1 -> skip(Long.BYTES);
                case 2 -> skip(varint());
                case 5 -> skip(Integer.BYTES);
                default -> throw bytes.malformed("a field has the unknown kind " + (key & 7));
            }
        }

        private void skip(long length) {
            if (length < 0 || length > end - at) {
                throw bytes.malformed("a field reaches beyond its message");
            }
            at += (int) length;
        }

        private long varint() {
            byte[] buffer = bytes.buffer();
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= end) {
                    throw bytes.malformed("it ends in the middle of a number");
                }
                byte b = buffer[at++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw bytes.malformed("a number has more than 64 bits");
        }
    }
}
