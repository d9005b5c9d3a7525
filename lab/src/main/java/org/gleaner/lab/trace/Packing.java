package org.gleaner.lab.trace;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// How the words of a trace file are packed, told by the end of its name.
enum Packing {
    XZ(".u32.xz"),
    ZSTD(".u32.zst"),
    RAW(".u32");

    /// The endings, for messages.
    static final String SUFFIXES = ".u32, .u32.xz or .u32.zst";

    final String suffix;

    Packing(String suffix) {
        this.suffix = suffix;
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

    /// A stream of the unpacked bytes of `packed`.
    InputStream unpack(InputStream packed) throws IOException {
        return switch (this) {
            case RAW -> packed;
            case XZ -> new XZInputStream(packed);
            case ZSTD -> new ZstdInputStream(packed);
        };
    }
}
