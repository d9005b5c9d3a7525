package org.gleaner.lab.trace;

import org.gleaner.lab.trace.format.Level;

/// A trace whose accesses are an array in memory.
public final class HeldTrace extends Trace {

    private final int[] accesses;
    private final Times times;

    /// Takes `accesses` over.
    public HeldTrace(String name, Level level, int[] accesses, int distinctPages, int regionPages) {
        this(name, level, accesses, distinctPages, regionPages, new Times());
    }

    HeldTrace(
            String name,
            Level level,
            int[] accesses,
            int distinctPages,
            int regionPages,
            Times times) {
        super(name, level, accesses.length, distinctPages, regionPages);
        this.accesses = accesses;
        this.times = times;
    }

    @Override
    public boolean hasTimes() {
        return times.known();
    }

    @Override
    public long dueNanos(long access) {
        return times.at(access);
    }

    @Override
    public int[] accesses() {
        return accesses;
    }

    @Override
    public long heldBytes() {
        return (long) accesses.length * Integer.BYTES;
    }

    @Override
    public Chunks chunks() {
        return new Chunks() {
            private int passes;

            @Override
            public boolean next() {
                return passes++ == 0;
            }

            @Override
            public int[] words() {
                return accesses;
            }

            @Override
            public int count() {
                return passes == 0 ? 0 : accesses.length;
            }

            @Override
            public void close() {}
        };
    }
}
