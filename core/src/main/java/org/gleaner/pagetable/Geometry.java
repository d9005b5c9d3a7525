package org.gleaner.pagetable;

/// The shape of a radix tree: how large a page is, and how many bits of a page's number each level
/// takes.
///
/// Levels count from 1, the last, whose entries map one page each, up to the root's. Keys are page
/// numbers. The root may be wider than the tables below it: it then is a run of tables, one after
/// another and aligned as a whole, as where a processor lets the first level be concatenated
/// (arm64: up to 16 tables) or simply has a larger root (RISC-V's second stage: 4). A level may
/// also be narrower than the others; its tables then use the first of their entries.
///
/// Immutable, and in fields rather than arrays: a shift and a mask cost no more than two loads.
public final class Geometry {
    /// What a key may have at most: more than any architecture's 48-bit space has pages.
    public static final int MOST_KEY_BITS = 36;

    /// Every key is less than this.
    public static final long MOST_KEYS = 1L << MOST_KEY_BITS;

    /// x86-64 with four levels, and whoever else has pages of 4 KiB and 48 bits.
    public static final Geometry FOUR_BY_NINE = of(12, 9, 9, 9, 9);

    private static final int MOST_LEVELS = 5;
    private static final int LEAST_BITS = 2;
    private static final int MOST_BITS = 13;
    private static final int MOST_ROOT_TABLES = 16;

    /// Binary logarithm of a page's bytes.
    public final int pageShift;

    /// The root's level.
    public final int levels;

    /// Binary logarithm of the entries that a table below the root has at most.
    public final int tableShift;

    /// How many tables one after another make a root.
    public final int rootTables;

    /// Keys of this tree are less than this.
    public final long keys;

    /// By level, 8 bits each: the bits of the key below those that the level takes.
    private final long shifts;

    /// By level, 8 bits each: the bits that the level takes.
    private final long widths;

    private Geometry(int pageShift, int[] bits) {
        this.pageShift = pageShift;
        levels = bits.length;
        int widest = 0;
        int sum = 0;
        long shifts = 0;
        long widths = 0;
        for (int level = 1; level <= levels; level++) {
            shifts |= (long) sum << 8 * level;
            widths |= (long) bits[level - 1] << 8 * level;
            sum += bits[level - 1];
            widest = level < levels ? Math.max(widest, bits[level - 1]) : widest;
        }
        int root = bits[levels - 1];
        tableShift = levels == 1 ? root : widest;
        rootTables = root > tableShift ? 1 << root - tableShift : 1;
        keys = 1L << sum;
        this.shifts = shifts;
        this.widths = widths;
        if (sum > MOST_KEY_BITS || rootTables > MOST_ROOT_TABLES) {
            throw new IllegalArgumentException(
                    "a tree of " + sum + " bits with a root of " + rootTables + " tables");
        }
    }

    /// A tree whose level n + 1 takes `bits[n]` bits.
    ///
    /// @param pageShift 12 to 16
    /// @throws IllegalArgumentException if there are more than 5 levels or none, one takes less
    ///     than 2 or, the root apart, more than 13 bits, all take more than [#MOST_KEY_BITS], or
    ///     the root is wider than 16 of the other tables
    public static Geometry of(int pageShift, int... bits) {
        boolean right = pageShift >= 12 && pageShift <= 16;
        right &= bits.length >= 1 && bits.length <= MOST_LEVELS;
        for (int n = 0; n < bits.length; n++) {
            int most = n == bits.length - 1 ? MOST_BITS + 4 : MOST_BITS;
            right &= bits[n] >= LEAST_BITS && bits[n] <= most;
        }
        if (!right) {
            throw new IllegalArgumentException(
                    "pages of 2^"
                            + pageShift
                            + " bytes, levels "
                            + java.util.Arrays.toString(bits));
        }
        return new Geometry(pageShift, bits);
    }

    /// Bytes of a page.
    public int pageBytes() {
        return 1 << pageShift;
    }

    /// Bits of a key below those that `level` takes.
    public int shift(int level) {
        return (int) (shifts >>> (level << 3)) & 0xff;
    }

    /// Entries of a table at `level`; of a root, in all its tables.
    public int entries(int level) {
        return 1 << (int) (widths >>> (level << 3));
    }

    /// Pages that one entry of `level` covers.
    public long pages(int level) {
        return 1L << (int) (shifts >>> (level << 3));
    }

    /// Bytes that one entry of `level` covers.
    public long bytes(int level) {
        return pages(level) << pageShift;
    }

    /// Which entry of its table at `level` covers `key`.
    public int index(long key, int level) {
        return (int) (key >>> (int) (shifts >>> (level << 3))) & entries(level) - 1;
    }

    /// The first key that the entry of `level` that covers `key` covers.
    public long alignDown(long key, int level) {
        return key & -pages(level);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(pageBytes() / 1024 + " KiB:");
        for (int level = levels; level >= 1; level--) {
            text.append(level == levels ? " " : "+")
                    .append(Integer.numberOfTrailingZeros(entries(level)));
        }
        return text.toString();
    }
}
