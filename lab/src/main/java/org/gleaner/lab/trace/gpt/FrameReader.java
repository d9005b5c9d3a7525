package org.gleaner.lab.trace.gpt;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.gleaner.lab.trace.format.Malformed;

/// The frames of a page trace file, one after the other, checked and unpacked. Reading them again
/// and again allocates nothing.
final class FrameReader {

    /// Where the bytes come from.
    interface Source {
        /// Reads `length` bytes, or fewer at the end.
        int read(byte[] into, int from, int length) throws IOException;
    }

    private final Source source;
    private final Payload payload = new Payload();
    private final CRC32C checksum = new CRC32C();
    private final byte[] header = new byte[FrameLayout.HEADER];
    private final ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    private byte[] packed = new byte[1 << 16];
    private byte[] unpacked = new byte[1 << 16];
    private long offset;
    private long start;

    /// @param offset of the first frame in the file
    FrameReader(Source source, long offset) {
        this.source = source;
        this.offset = offset;
    }

    /// Goes on to the next frame.
    ///
    /// @throws Malformed if the bytes end here, or the frame is none
    void next() throws IOException {
        header();
        int length = fields.getInt(FrameLayout.PACKED);
        int whole = fields.getInt(FrameLayout.UNPACKED);
        if (packed.length < length) {
            packed = new byte[length];
        }
        if (unpacked.length < whole) {
            unpacked = new byte[whole];
        }
        take(packed, length);
        unpack(whole, length);
        checksum.reset();
        checksum.update(unpacked, 0, whole);
        if ((int) checksum.getValue() != fields.getInt(FrameLayout.CHECKSUM)) {
            throw malformed("the frame's checksum is wrong");
        }
        payload.wrap(unpacked, whole);
    }

    private void unpack(int whole, int length) {
        try {
            if (Zstd.decompressByteArray(unpacked, 0, whole, packed, 0, length) == whole) {
                return;
            }
        } catch (ZstdException e) {
            // Said below.
        }
        throw malformed("the frame does not unpack");
    }

    private void header() throws IOException {
        start = offset;
        take(header, FrameLayout.HEADER);
        boolean many = count() > FrameLayout.MOST_ENTRIES && type() != FrameLayout.INDEX;
        if (!isSize(FrameLayout.PACKED)
                || !isSize(FrameLayout.UNPACKED)
                || count() < 0
                || many
                || fields.getInt(FrameLayout.TYPE) >>> Byte.SIZE != 0) {
            throw malformed("it is no header of a frame");
        }
    }

    private boolean isSize(int field) {
        int size = fields.getInt(field);
        return size >= 0 && size <= FrameLayout.MOST_BYTES;
    }

    private void take(byte[] into, int length) throws IOException {
        int n = source.read(into, 0, length);
        offset += n;
        if (n < length) {
            throw malformed("the file ends before its index");
        }
    }

    Malformed malformed(String what) {
        return new Malformed("byte " + start, what);
    }

    byte type() {
        return header[FrameLayout.TYPE];
    }

    /// Its entries.
    int count() {
        return fields.getInt(FrameLayout.COUNT);
    }

    Payload payload() {
        return payload;
    }

    /// The offset of the frame.
    long start() {
        return start;
    }

    /// Where the next one begins.
    long offset() {
        return offset;
    }

    /// Goes on with the frame at `to`, which the source is about to read.
    void seek(long to) {
        offset = to;
    }
}
