package org.gleaner.lab.report;

import java.nio.charset.Charset;

/// Figures as a line of bars, from nothing to the largest.
final class Sparkline {

    private static final String BARS = "▁▂▃▄▅▆▇█";

    /// Where the terminal has no bars.
    private static final String PLAIN = "_.-:=+*#";

    private Sparkline() {}

    /// A character for each value, in eighths of `most` rounded up: the lowest for nothing and for
    /// all up to an eighth.
    ///
    /// @param most 0 and up, at least each value
    /// @param charset that it is printed in
    static String of(long[] values, long most, Charset charset) {
        boolean drawn = charset.canEncode() && charset.newEncoder().canEncode(BARS);
        String bars = drawn ? BARS : PLAIN;
        StringBuilder line = new StringBuilder();
        for (long value : values) {
            int eighth = most == 0 ? 1 : (int) Math.ceil(8.0 * value / most);
            line.append(bars.charAt(Math.clamp(eighth, 1, 8) - 1));
        }
        return line.toString();
    }
}
