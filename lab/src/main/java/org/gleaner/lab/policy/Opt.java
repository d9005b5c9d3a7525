package org.gleaner.lab.policy;

/// OPT, Belady's MIN (1966), with demand paging: each miss loads its page, and of those that are
/// present the one goes that is used farthest in the future.
///
/// Present pages are known by the index of their next use alone: the page that access `i` touches
/// is present exactly if `i` is among them. They are a set of bits with a bit for each word of it,
/// and so on up, which gives the farthest in a few steps; pages that are never used again are only
/// counted.
final class Opt {

    private static final int WORD_SHIFT = 6;

    private final long[][] levels;

    private Opt(int accesses) {
        int depth = 1;
        for (long span = 1L << WORD_SHIFT; span < accesses; span <<= WORD_SHIFT) {
            depth++;
        }
        levels = new long[depth][];
        long length = accesses;
        for (int level = 0; level < depth; level++) {
            length = Math.max(1, length + 63 >> WORD_SHIFT);
            levels[level] = new long[(int) length];
        }
    }

    /// @param nextUses of all accesses of the trace
    /// @param frames 1 and up
    static long misses(int[] nextUses, long frames) {
        return new Opt(nextUses.length).count(nextUses, frames);
    }

    private long count(int[] nextUses, long frames) {
        long misses = 0;
        long useful = 0;
        long useless = 0;
        for (int i = 0; i < nextUses.length; i++) {
            if (remove(i)) {
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
        return misses;
    }

    private void add(int use) {
        int at = use;
        for (long[] words : levels) {
            long was = words[at >> WORD_SHIFT];
            words[at >> WORD_SHIFT] = was | 1L << at;
            if (was != 0) {
                return;
            }
            at >>= WORD_SHIFT;
        }
    }

    /// Whether it was there.
    private boolean remove(int use) {
        if ((levels[0][use >> WORD_SHIFT] >> use & 1) == 0) {
            return false;
        }
        int at = use;
        for (long[] words : levels) {
            long left = words[at >> WORD_SHIFT] & ~(1L << at);
            words[at >> WORD_SHIFT] = left;
            if (left != 0) {
                break;
            }
            at >>= WORD_SHIFT;
        }
        return true;
    }

    /// The highest index in a set that is not empty.
    private int farthest() {
        int at = 0;
        for (int level = levels.length - 1; level >= 0; level--) {
            at = at << WORD_SHIFT | 63 - Long.numberOfLeadingZeros(levels[level][at]);
        }
        return at;
    }
}
