package org.gleaner.web.result;

/// A directory of which no page can be made: where, what is wrong, and the mend.
public final class NotAResult extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String where;
    private final String what;
    private final String mend;

    NotAResult(String where, String what, String mend) {
        super(where + ": " + what + "; " + mend);
        this.where = where;
        this.what = what;
        this.mend = mend;
    }

    /// The file, with a line where there is one.
    public String where() {
        return where;
    }

    public String what() {
        return what;
    }

    public String mend() {
        return mend;
    }
}
