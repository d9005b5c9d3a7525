package org.gleaner.lab.trace.container;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorInputStream;
import org.jspecify.annotations.Nullable;

/// How bytes are packed, told by the first of them. Several streams one after the other are one,
/// where the format has that.
public enum Container {
    GZIP("gzip", ".gz", 0x1f, 0x8b, 8) {
        @Override
        public InputStream unpack(InputStream packed) throws IOException {
            return new GzipCompressorInputStream(packed, true);
        }
    },
    XZ("xz", ".xz", 0xfd, '7', 'z', 'X', 'Z', 0) {
        @Override
        public InputStream unpack(InputStream packed) throws IOException {
            return new XzStreams(packed);
        }
    },
    ZSTD("zstd", ".zst", 0x28, 0xb5, 0x2f, 0xfd) {
        @Override
        public InputStream unpack(InputStream packed) throws IOException {
            return new ZstdInputStream(packed);
        }
    },
    BZIP2("bzip2", ".bz2", 'B', 'Z', 'h') {
        @Override
        public InputStream unpack(InputStream packed) throws IOException {
            return new BZip2CompressorInputStream(packed, true);
        }
    },
    LZ4("lz4", ".lz4", 4, 0x22, 0x4d, 0x18) {
        @Override
        public InputStream unpack(InputStream packed) throws IOException {
            return new FramedLZ4CompressorInputStream(packed, true);
        }
    },
    SNAPPY("snappy", ".sz", 0xff, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y') {
        @Override
        public InputStream unpack(InputStream packed) throws IOException {
            return new FramedSnappyCompressorInputStream(packed);
        }
    },
    ZLIB("zlib", ".zlib") {
        @Override
        boolean begins(byte[] first) {
            return first.length >= 2
                    && (first[0] & 0xff) == 0x78
                    && ((first[0] & 0xff) << 8 | first[1] & 0xff) % 31 == 0
                    && (first[1] & 0x20) == 0
                    && inflates(first);
        }

        @Override
        public InputStream unpack(InputStream packed) {
            return new InflaterInputStream(packed);
        }
    },
    ZIP("zip", ".zip", 'P', 'K', 3, 4) {
        @Override
        public InputStream unpack(InputStream packed) {
            throw new IllegalStateException("a zip archive is read from a file");
        }
    };

    /// Whether what follows the first two bytes can be of a stream: they alone say little.
    private static boolean inflates(byte[] first) {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(first);
            inflater.inflate(new byte[1 << 10]);
            return true;
        } catch (DataFormatException e) {
            return false;
        }
    }

    /// First bytes that tell.
    public static final int MAGIC_BYTES = 10;

    private final String label;
    private final String suffix;
    private final int[] magic;

    Container(String label, String suffix, int... magic) {
        this.label = label;
        this.suffix = suffix;
        this.magic = magic;
    }

    /// What the first bytes of a file look like; null if like none of these.
    public static @Nullable Container of(byte[] first) {
        for (Container each : values()) {
            if (each.begins(first)) {
                return each;
            }
        }
        return null;
    }

    boolean begins(byte[] first) {
        if (first.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((first[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /// The word for it.
    public String label() {
        return label;
    }

    /// `name` without the usual ending of a packed file, if it has one.
    public static String without(String name) {
        for (Container each : values()) {
            if (name.endsWith(each.suffix) && name.length() > each.suffix.length()) {
                return name.substring(0, name.length() - each.suffix.length());
            }
        }
        return name;
    }

    /// A stream of the unpacked bytes of `packed`.
    public abstract InputStream unpack(InputStream packed) throws IOException;
}
