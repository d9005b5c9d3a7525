package org.gleaner.lab.generate;

/// A number that a pattern depends on.
///
/// @param name as it is set: `pages=8192`
/// @param meaning with its unit, for people
/// @param usual what it is unless set
/// @param least that is allowed
/// @param most that is allowed
/// @param whole whether only whole numbers are
record Parameter(
        String name, String meaning, double usual, double least, double most, boolean whole) {

    /// The largest trace that is made: 4 TiB.
    static final int MOST_PAGES = 1 << 30;

    /// So many pages.
    static Parameter pages(String name, String meaning, int usual) {
        return new Parameter(name, meaning + ", in pages", usual, 1, MOST_PAGES, true);
    }

    /// So many of something.
    static Parameter count(String name, String meaning, int usual, int most) {
        return new Parameter(name, meaning, usual, 1, most, true);
    }

    /// A share, 0 to 1.
    static Parameter share(String name, String meaning, double usual) {
        return new Parameter(name, meaning + ", 0 to 1", usual, 0, 1, false);
    }
}
