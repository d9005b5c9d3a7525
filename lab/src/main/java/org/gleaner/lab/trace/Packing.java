package org.gleaner.lab.trace;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How the words of a trace file are packed, told by the end of its name or by its first bytes.
enum Packing {
    XZ(".u32.xz", 0xfd, '7', 'z', 'X', 'Z', 0),
    ZSTD(".u32.zst", 0x28, 0xb5, 0x2f, 0xfd),
    RAW(".u32");

    /// The endings, for messages.
    static final String SUFFIXES = ".u32, .u32.xz or .u32.zst";

    final String suffix;
    private final int[] magic;

    Packing(String suffix, int... magic) {
        this.suffix = suffix;
        this.magic = magic;
    }

    static @Nullable Packing of(Path file) {
        String name = String.valueOf(file.getFileName());
        for (Packing packing : values()) {
            if (name.endsWith(packing.suffix)) {
                return packing;
            }
        }
        return null;
    }

    /// What the first bytes of a file look like; [#RAW] if they say nothing.
    static Packing of(byte[] first) {
        for (Packing packing : values()) {
            if (Magic.begins(first, packing.magic)) {
                return packing;
            }
        }
        return RAW;
    }

    /// A stream of the unpacked bytes of `packed`.
    InputStream unpack(InputStream packed) throws IOException {
        return switch (this) {
            case RAW -> packed;
            case XZ -> new XzStreams(packed);
            case ZSTD -> new ZstdInputStream(packed);
        };
    }
}
