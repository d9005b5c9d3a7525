package org.gleaner.mm.notifier;

/// Where the bit of a page stands in a bitmap for `[start, end)`: counted from the end, so that the
/// last page is bit 0. A caller that loops forward over a window can so test bit `last - vpn`.
///
/// Bitmaps belong to their caller and are never shared while a call runs: plain access.
public final class YoungBitmapLayout {
    private YoungBitmapLayout() {}

    /// Words that a bitmap for `pages` pages needs.
    public static int words(long pages) {
        return (int) ((pages + 63) >>> 6);
    }

    /// Bit of page `vpn` in a bitmap for a range that ends at `end` (exclusive).
    public static int bit(long end, long vpn) {
        return (int) (end - 1 - vpn);
    }

    public static boolean get(long[] bitmap, int bit) {
        return (bitmap[bit >>> 6] & 1L << bit) != 0;
    }

    public static void set(long[] bitmap, int bit) {
        bitmap[bit >>> 6] |= 1L << bit;
    }
}
