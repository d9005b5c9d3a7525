package org.gleaner.lab.policy;

import java.util.function.LongConsumer;

/// OPT, Belady's MIN (1966), with demand paging: each miss loads its page, and of those that are
/// present the one goes that is used farthest in the future.
///
/// Present pages are known by the index of their next use alone: the page that access `i` touches
/// is present exactly if `i` is among them. They are a set of bits with a bit for each word of it,
/// and so on up, which gives the farthest in a few steps; pages that are never used again are only
/// counted. That takes one bit an access.
final class Opt {

    private static final int WORD_SHIFT = 6;

    private final long[][] levels;
    private long at;
    private long misses;

    /// Present pages that are used again.
    private long useful;

    /// Those that are not.
    private long useless;

    private Opt(long accesses) {
        int depth = 1;
        for (long span = 1L << WORD_SHIFT; span < accesses; span <<= WORD_SHIFT) {
            depth++;
        }
        levels = new long[depth][];
        long length = accesses;
        for (int level = 0; level < depth; level++) {
            length = Math.max(1, length + 63 >> WORD_SHIFT);
            levels[level] = new long[Math.toIntExact(length)];
        }
    }

    /// @param nextUses of all accesses of the trace
    /// @param frames 1 and up
    /// @param done told how many accesses are through
    static long misses(NextUses nextUses, long frames, LongConsumer done) {
        Opt opt = new Opt(nextUses.length());
        NextUses.Pass pass = nextUses.pass();
        while (pass.next()) {
            opt.run(pass.uses(), pass.count(), frames);
            done.accept(opt.at);
        }
        return opt.misses;
    }

    private void run(long[] nextUses, int count, long frames) {
        for (int i = 0; i < count; i++) {
            if (remove(at++)) {
                useful--;
            } else {
                misses++;
                if (useful + useless == frames) {
                    if (useless > 0) {
                        useless--;
                    } else {
                        remove(farthest());
                        useful--;
                    }
                }
            }
            if (nextUses[i] == NextUses.NEVER) {
                useless++;
            } else {
                add(nextUses[i]);
                useful++;
            }
        }
    }

    private void add(long use) {
        long at = use;
        for (long[] words : levels) {
            int word = (int) (at >> WORD_SHIFT);
            long was = words[word];
            words[word] = was | 1L << at;
            if (was != 0) {
                return;
            }
            at >>= WORD_SHIFT;
        }
    }

    /// Whether it was there.
    private boolean remove(long use) {
        if ((levels[0][(int) (use >> WORD_SHIFT)] >> use & 1) == 0) {
            return false;
        }
        long at = use;
        for (long[] words : levels) {
            int word = (int) (at >> WORD_SHIFT);
            long left = words[word] & ~(1L << at);
            words[word] = left;
            if (left != 0) {
                break;
            }
            at >>= WORD_SHIFT;
        }
        return true;
    }

    /// The highest index in a set that is not empty.
    private long farthest() {
        long at = 0;
        for (int level = levels.length - 1; level >= 0; level--) {
            at = at << WORD_SHIFT | 63 - Long.numberOfLeadingZeros(levels[level][(int) at]);
        }
        return at;
    }
}
