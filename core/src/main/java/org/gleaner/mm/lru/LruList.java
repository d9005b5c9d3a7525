package org.gleaner.mm.lru;

/// The five lists of a classic lruvec, by index; MGLRU keeps the counters of the first four too.
public final class LruList {
    public static final int INACTIVE_ANON = 0;
    public static final int ACTIVE_ANON = 1;
    public static final int INACTIVE_FILE = 2;
    public static final int ACTIVE_FILE = 3;
    public static final int UNEVICTABLE = 4;
    public static final int COUNT = 5;

    private LruList() {}

    /// The list of a type (0 anonymous, 1 file) and activity.
    public static int of(int type, boolean active) {
        return type * 2 + (active ? 1 : 0);
    }
}
