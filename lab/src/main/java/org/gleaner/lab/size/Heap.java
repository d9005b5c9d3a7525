package org.gleaner.lab.size;

/// What Java may use of the machine's memory, and how a user gives it more.
///
/// @param most of the heap, in bytes
public record Heap(long most) {

    /// Of the heap, what long-lived arrays can have: collectors keep a third and more for young
    /// objects.
    private static final double SHARE = 0.6;

    private static final long GIB = 1L << 30;

    /// This process's own.
    public static Heap ofProcess() {
        return new Heap(Runtime.getRuntime().maxMemory());
    }

    /// Bytes that may be held for long at once.
    public long room() {
        return (long) (most * SHARE);
    }

    /// The mend where `bytes` do not fit: the option that makes them fit.
    public static String option(long bytes) {
        return "GLEANER_JAVA_OPTS=-Xmx" + Math.ceilDiv((long) (bytes / SHARE), GIB) + "g";
    }

    /// For people: what `bytes` need beside what there is.
    public String shortage(long bytes) {
        return Size.approximately(bytes)
                + " of memory, and Java may use "
                + Size.approximately(room())
                + " for it";
    }
}
