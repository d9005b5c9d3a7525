package org.gleaner.lab.size;

import java.util.List;
import java.util.regex.Pattern;

/// What sizes are written in.
final class Units {

    /// A number and what follows it.
    static final Pattern FORM = Pattern.compile("(\\d{1,20}(?:\\.\\d{1,20})?)\\s*([A-Za-z]*|%)");

    /// First letters of the units, each 1,024 of the one before.
    static final List<String> LETTERS = List.of("B", "K", "M", "G", "T");

    static final String EXAMPLES = "256GiB, 64M, 16384p (pages) or 50%";

    private Units() {}
}
