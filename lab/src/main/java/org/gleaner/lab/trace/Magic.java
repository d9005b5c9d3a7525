package org.gleaner.lab.trace;

import org.jspecify.annotations.Nullable;

/// Files of other kinds that are told by their first bytes.
enum Magic {
    GZIP("compressed with gzip", "pipe it (gunzip -c FILE | gleaner replay -)", 0x1f, 0x8b),
    BZIP2("compressed with bzip2", "pipe it (bunzip2 -c FILE | gleaner replay -)", 'B', 'Z', 'h'),
    LZ4("compressed with lz4", "pipe it (lz4 -dc FILE | gleaner replay -)", 4, 0x22, 0x4d, 0x18),
    ZIP("like a zip archive", "pipe it (unzip -p FILE | gleaner replay -)", 'P', 'K', 3, 4),
    SNAPPY(
            "compressed with snappy",
            "unpack it, and convert it to 32-bit words",
            0xff,
            6,
            0,
            0,
            's',
            'N',
            'a',
            'P'),
    ELF("like a program (ELF)", "give a trace of its accesses", 0x7f, 'E', 'L', 'F'),
    PERF(
            "like perf.data",
            "convert what 'perf script' prints to 32-bit words",
            'P',
            'E',
            'R',
            'F',
            'I',
            'L',
            'E'),
    PDF("like a PDF", "give a trace", '%', 'P', 'D', 'F'),
    PNG("like a picture", "give a trace", 0x89, 'P', 'N', 'G');

    /// What such a file looks.
    final String what;

    final String mend;
    private final int[] magic;

    Magic(String what, String mend, int... magic) {
        this.what = what;
        this.mend = mend;
        this.magic = magic;
    }

    static @Nullable Magic of(byte[] first) {
        for (Magic each : values()) {
            if (begins(first, each.magic)) {
                return each;
            }
        }
        return null;
    }

    /// Whether `first` begins with `magic`; with none it does not.
    static boolean begins(byte[] first, int... magic) {
        if (magic.length == 0 || first.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((first[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
