package org.gleaner.check.program;

import org.gleaner.machine.Engine;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.LockDep;

/// What a run has shown to be wrong: the detector that saw it and what it said.
///
/// @param detector who noticed
/// @param message what, in one line
public record Finding(Detector detector, String message) {
    /// Fails the run.
    ///
    /// @throws Broken if `holds` is false
    public static void check(boolean holds, String what) {
        if (!holds) {
            throw new Broken(what);
        }
    }

    static Finding of(Throwable failure) {
        Detector detector =
                switch (failure) {
                    case Engine.Deadlock d -> Detector.DEADLOCK;
                    case ExploringEngine.Livelock l -> Detector.LIVELOCK;
                    case LockDep.Violation v -> Detector.LOCK_ORDER;
                    case Broken b -> Detector.PROGRAM;
                    case AssertionError e -> Detector.INVARIANT;
                    default -> Detector.EXCEPTION;
                };
        String message = failure.getMessage();
        return new Finding(detector, message == null ? failure.toString() : message);
    }

    /// Whether two findings are of one bug: the same detector, and the same invariant if one is
    /// named.
    public boolean isLike(Finding other) {
        return detector == other.detector && head().equals(other.head());
    }

    private String head() {
        int colon = message.indexOf(':');
        return detector == Detector.INVARIANT && colon > 0 ? message.substring(0, colon) : "";
    }

    /// Who notices that a run is wrong.
    public enum Detector {
        DEADLOCK("deadlock"),
        LIVELOCK("livelock"),
        LOCK_ORDER("lock order"),
        INVARIANT("invariant"),
        PROGRAM("program"),
        EXCEPTION("exception");

        public final String text;

        Detector(String text) {
            this.text = text;
        }
    }

    /// What a program claims does not hold.
    static final class Broken extends RuntimeException {
        Broken(String what) {
            super(what);
        }
    }
}
