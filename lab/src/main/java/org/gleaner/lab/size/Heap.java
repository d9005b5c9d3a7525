package org.gleaner.lab.size;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.function.LongSupplier;

/// What Java may use of the machine's memory, and how a user gives it more.
///
/// @param most of the heap, in bytes
/// @param old of that, what can be the old generation's, in bytes; as much as `most` where the
///     collector says no size of its own for it
public record Heap(long most, LongSupplier old) {

    /// Of the heap, what long-lived arrays can have: collectors keep a third and more for young
    /// objects.
    private static final double SHARE = 0.6;

    private static final long GIB = 1L << 30;

    /// What else a long run keeps: classes, call trees, figures of its hosts over time.
    private static final long REST = 128L << 20;

    /// With a collector that does not say how large its old generation is.
    public Heap(long most) {
        this(most, () -> most);
    }

    /// This process's own.
    public static Heap ofProcess() {
        return new Heap(Runtime.getRuntime().maxMemory(), Heap::oldGeneration);
    }

    /// Asked only where it matters: the JVM takes a tenth of a second to answer. Of a heap's pools
    /// the old generation's is the one with a threshold.
    private static long oldGeneration() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .filter(MemoryPoolMXBean::isUsageThresholdSupported)
                .mapToLong(pool -> pool.getUsage().getMax())
                .max()
                .orElse(0);
    }

    /// Bytes that may be held for long at once, with any collector.
    public long room() {
        return (long) (most * SHARE);
    }

    /// Whether so many bytes may be held for long at once: in [#room], or in an old generation of a
    /// size of its own.
    public boolean holds(long bytes) {
        return bytes <= room() || old.getAsLong() < most && bytes <= old.getAsLong() - REST;
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
