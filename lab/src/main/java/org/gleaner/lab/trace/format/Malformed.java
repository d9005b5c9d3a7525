package org.gleaner.lab.trace.format;

/// A record that is none of its format: what a reader of bytes can say of it. Whoever knows the
/// file makes a line for people of it.
public final class Malformed extends RuntimeException {

    private final String place;

    /// @param place in the unpacked bytes: `line 31`, `byte 480`; empty if it has none
    /// @param what is wrong there
    public Malformed(String place, String what) {
        super(what, null, false, false);
        this.place = place;
    }

    /// Where; empty if the fault has no place.
    public String place() {
        return place;
    }

    /// What is wrong there.
    public String what() {
        return String.valueOf(getMessage());
    }
}
