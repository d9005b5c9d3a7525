package org.gleaner.lab.trace.format;

import org.jspecify.annotations.Nullable;

/// Files of other kinds that people give in error, told by their first bytes.
public enum Foreign {
    ELF("a program (ELF)", "record it: gleaner trace record -- PROGRAM", 0x7f, 'E', 'L', 'F'),
    PERF(
            "perf.data",
            "give what 'perf script -F comm,pid,tid,cpu,time,event,addr' prints of it",
            'P',
            'E',
            'R',
            'F',
            'I',
            'L',
            'E'),
    PDF("a PDF", "give a trace", '%', 'P', 'D', 'F'),
    PNG("a picture", "give a trace", 0x89, 'P', 'N', 'G'),
    SQLITE("a database", "give a trace", 'S', 'Q', 'L', 'i', 't', 'e', ' '),
    PARQUET("a Parquet file", "write it as CSV", 'P', 'A', 'R', '1'),
    SEVEN_ZIP("a 7z archive", "unpack it, and give what is in it", '7', 'z', 0xbc, 0xaf),
    RAR("a rar archive", "unpack it, and give what is in it", 'R', 'a', 'r', '!');

    private final String what;
    private final String mend;
    private final int[] magic;

    Foreign(String what, String mend, int... magic) {
        this.what = what;
        this.mend = mend;
        this.magic = magic;
    }

    /// The kind of a file that begins so; null if it may be a trace.
    public static @Nullable Foreign of(byte[] first) {
        Head head = new Head(first, false, "");
        for (Foreign each : values()) {
            if (head.startsWith(each.magic)) {
                return each;
            }
        }
        return null;
    }

    /// What such a file looks like.
    public String what() {
        return what;
    }

    public String mend() {
        return mend;
    }
}
