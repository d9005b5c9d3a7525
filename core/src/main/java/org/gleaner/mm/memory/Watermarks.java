package org.gleaner.mm.memory;

/// Watermarks of a zone in pages (`setup_per_zone_wmarks`): below `low` kswapd is woken and works
/// until `high`, below `min` an allocation must reclaim by itself.
public record Watermarks(long min, long low, long high) {
    private static final long PAGE_KB = 4;

    /// The kernel's defaults for one zone of `pages`: `min_free_kbytes` from the square root of the
    /// size, distance between marks from `watermark_scale_factor` (10 = 0.1 % of the zone).
    public static Watermarks of(long pages, int scaleFactor) {
        long kilobytes = (long) Math.sqrt(16.0 * pages * PAGE_KB);
        long minFreeKb = Math.clamp(kilobytes, 128, 262_144);
        long min = minFreeKb / PAGE_KB;
        long delta = Math.max(min / 4, pages * scaleFactor / 10_000);
        return new Watermarks(min, min + delta, min + 2 * delta);
    }

    /// All marks divided by `divisor`, for a scaled-down host; at least the pages that CPUs hold.
    public Watermarks scaled(long divisor) {
        long scaledMin = Math.max(1, min / divisor);
        long delta = Math.max(1, (low - min) / divisor);
        return new Watermarks(scaledMin, scaledMin + delta, scaledMin + 2 * delta);
    }
}
