package org.gleaner.lab;

import org.jspecify.annotations.Nullable;

/// Input from outside that cannot be used: a file, an option, a key. The message is one line that
/// names the place, the fault and the mend, in that order, so that whoever catches it need only
/// print it.
///
/// Thrown for what a user can put right. A fault of Gleaner's own is never a `BadInput`.
public final class BadInput extends RuntimeException {

    private static final int LONGEST = 640;

    /// The parts of the message are cut one by one, so that a long name does not take the mend with
    /// it.
    private static final int LONGEST_PLACE = 120;

    private static final int LONGEST_FAULT = 200;
    private static final int LONGEST_MEND = 300;

    private final String where;
    private final String what;
    private final String mend;

    /// @param where the option, or the file with its position; empty if the place says itself
    /// @param what what is wrong there
    /// @param mend what to do about it
    public BadInput(String where, String what, String mend) {
        this(where, what, mend, null);
    }

    /// As above, for a fault that another exception found.
    public BadInput(String where, String what, String mend, @Nullable Throwable cause) {
        super(null, cause);
        this.where = where;
        this.what = what;
        this.mend = mend;
    }

    /// The one line: place, fault and mend.
    @Override
    public String getMessage() {
        String place = where.isEmpty() ? "" : cut(where, LONGEST_PLACE) + ": ";
        return oneLine(place + cut(what, LONGEST_FAULT) + "; " + cut(mend, LONGEST_MEND));
    }

    /// `text` without its middle if it is longer than `most`.
    private static String cut(String text, int most) {
        int half = most / 2 - 1;
        return text.length() <= most
                ? text
                : text.substring(0, half) + "..." + text.substring(text.length() - half);
    }

    public String where() {
        return where;
    }

    public String what() {
        return what;
    }

    public String mend() {
        return mend;
    }

    /// The same fault, found to stand at a place that only the caller knows.
    public BadInput at(String place) {
        return new BadInput(place, what, mend, this);
    }

    /// `text` on one line that a terminal shows as it is: controls become spaces, and a very long
    /// text is cut.
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), LONGEST));
        int end = Math.min(text.length(), LONGEST);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean blank = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            line.append(blank ? ' ' : c);
        }
        return text.length() > LONGEST ? line.append("...").toString() : line.toString();
    }
}
