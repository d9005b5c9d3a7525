package org.gleaner.check.schedule;

/// A request that means nothing: it names what there is not, or asks for two things that exclude
/// each other. The message names the fault and then the mend.
public final class Refused extends IllegalArgumentException {
    private final String where;
    private final String what;
    private final String mend;

    /// @param where the option; empty if the fault says itself where it is
    /// @param what what is wrong there
    /// @param mend what to do about it
    public Refused(String where, String what, String mend) {
        super((where.isEmpty() ? "" : where + ": ") + what + "; " + mend);
        this.where = where;
        this.what = what;
        this.mend = mend;
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
}
