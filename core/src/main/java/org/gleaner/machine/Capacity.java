package org.gleaner.machine;

/// What something has room for. Asked where it is made, so that nothing outgrows its bits in
/// silence.
public final class Capacity {
    private Capacity() {}

    /// Returns `count`.
    ///
    /// @param what is counted, in the plural
    /// @throws Exceeded if it is less than `least` or more than `most`
    public static int check(String what, int count, int least, int most) {
        check(what, (long) count, least, most);
        return count;
    }

    /// The same for what may be larger than an int.
    public static long check(String what, long count, long least, long most) {
        if (count < least || count > most) {
            throw new Exceeded(what, count, least, most);
        }
        return count;
    }

    /// Something was asked for that there is no room for.
    public static final class Exceeded extends IllegalArgumentException {
        Exceeded(String what, long count, long least, long most) {
            super("%s: %,d is out of range, %,d to %,d".formatted(what, count, least, most));
        }
    }
}
