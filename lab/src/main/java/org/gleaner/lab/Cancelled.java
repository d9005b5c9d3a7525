package org.gleaner.lab;

/// A run was told to stop through [Progress#cancelled] before it had anything to give back.
public final class Cancelled extends RuntimeException {

    public Cancelled() {
        super("cancelled", null, false, false);
    }
}
