package org.gleaner.lab.policy;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.gleaner.lab.trace.Trace;

/// When the page of each access is used next, for as many passes as one likes.
abstract sealed class NextUses implements AutoCloseable permits NextUses.Held, SpilledNextUses {

    /// Of a page that is not used again.
    static final long NEVER = Long.MAX_VALUE;

    /// All accesses from the first on, in chunks.
    interface Pass {

        /// Goes on to the next chunk.
        ///
        /// @return false at the end
        boolean next();

        /// For each access of the chunk the index of the next one to the same page in the whole
        /// trace, or [#NEVER].
        long[] uses();

        /// How many there are; 0 before the first chunk.
        int count();
    }

    /// Of a trace: in memory as the trace is, or in a temporary file.
    ///
    /// @param stop whether the user has had enough
    /// @throws org.gleaner.lab.BadInput if there is no room for the file
    /// @throws org.gleaner.lab.Cancelled if `stop` says so
    static NextUses of(Trace trace, BooleanSupplier stop) {
        return trace.heldBytes() == 0
                ? SpilledNextUses.of(trace, stop)
                : new Held(trace.accesses(), trace.regionPages());
    }

    /// Accesses of the trace.
    abstract long length();

    abstract Pass pass();

    @Override
    public void close() {}

    /// Those of a trace in memory, in four bytes an access.
    static final class Held extends NextUses {
        private static final int CHUNK = 1 << 14;
        private static final int NO_MORE = Integer.MAX_VALUE;

        private final int[] uses;

        Held(int[] accesses, int pages) {
            int[] next = new int[pages];
            Arrays.fill(next, NO_MORE);
            uses = new int[accesses.length];
            for (int i = accesses.length - 1; i >= 0; i--) {
                int page = Trace.page(accesses[i]);
                uses[i] = next[page];
                next[page] = i;
            }
        }

        @Override
        long length() {
            return uses.length;
        }

        @Override
        Pass pass() {
            return new Pass() {
                private final long[] chunk = new long[CHUNK];
                private int done;
                private int count;

                @Override
                public boolean next() {
                    done += count;
                    count = Math.min(CHUNK, uses.length - done);
                    for (int i = 0; i < count; i++) {
                        int use = uses[done + i];
                        chunk[i] = use == NO_MORE ? NEVER : use;
                    }
                    return count > 0;
                }

                @Override
                public long[] uses() {
                    return chunk;
                }

                @Override
                public int count() {
                    return count;
                }
            };
        }
    }
}
