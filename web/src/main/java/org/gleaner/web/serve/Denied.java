package org.gleaner.web.serve;

/// A request that is not answered with what it asks for.
final class Denied extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /// @param status of HTTP, 400 to 499
    /// @param text one short line for people
    Denied(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    static Denied notHere() {
        return new Denied(404, "there is no such page");
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
