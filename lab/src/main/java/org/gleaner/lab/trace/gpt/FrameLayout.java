package org.gleaner.lab.trace.gpt;

/// Where things stand in a page trace file. All numbers are little-endian.
///
/// ```
/// file     magic, frames, trailer
/// frame    type, three zeros, packed bytes, unpacked bytes, count, CRC-32C (unpacked); payload
/// trailer  offset of the index frame, accesses of the file, end magic
/// ```
final class FrameLayout {

    /// `\x89GPT\r\n\x1a` and the version: a copy that changed line ends or lost bit 7 is told.
    static final byte[] MAGIC = {(byte) 0x89, 'G', 'P', 'T', '\r', '\n', 0x1a, 1};

    static final byte[] END_MAGIC = {'G', 'P', 'T', 'I', 'N', 'D', 'E', 'X'};

    // the header of a frame
    static final int TYPE = 0;
    static final int PACKED = 4;
    static final int UNPACKED = 8;
    static final int COUNT = 12;
    static final int CHECKSUM = 16;
    static final int HEADER = 20;

    // the trailer
    static final int INDEX_OFFSET = 0;
    static final int ACCESSES = 8;
    static final int END = 16;
    static final int TRAILER = 24;

    // types of frames
    /// Keys and values in UTF-8, each behind its length.
    static final byte PROPERTIES = 'P';

    /// A name space: its name.
    static final byte SPACE = 'S';

    /// Pages that are new: what the next ids stand for.
    static final byte DICTIONARY = 'D';

    /// Accesses: ids as differences, with the write bit.
    static final byte TOUCHES = 'A';

    /// Names of the pages, in the order of their ids, where numbers stand for names.
    static final byte NAMES = 'N';

    /// Type, offset and count of every frame before it.
    static final byte INDEX = 'I';

    /// Accesses in a frame: all but the last have so many.
    static final int MOST_TOUCHES = 1 << 16;

    /// Entries of other frames, at most.
    static final int MOST_ENTRIES = 1 << 16;

    /// The largest payload, packed or not, in bytes.
    static final int MOST_BYTES = 1 << 22;

    private FrameLayout() {}
}
