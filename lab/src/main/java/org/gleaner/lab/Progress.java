package org.gleaner.lab;

import java.util.function.BooleanSupplier;

/// How a long run says how far it is, and hears that it should stop.
///
/// An executor calls `begin`, then `at` now and then (every few thousand steps: a call costs a
/// clock read), then `end`; all from one thread at a time. `cancelled` may be asked from any
/// thread, and costs one volatile read.
public interface Progress {

    /// A task of `steps` steps starts; 0 if their number is unknown.
    void begin(String task, long steps);

    /// `done` steps of the task are finished, counted from its begin.
    void at(long done);

    /// The same where steps are not alike and the task knows better how long it will take.
    ///
    /// @param secondsLeft NaN if nothing is known
    default void at(long done, double secondsLeft) {
        at(done);
    }

    /// The task is over, finished or not.
    void end();

    /// A line for people, such as a phase that ended.
    void say(String line);

    /// Whether the user asked to stop. An executor that sees this returns what it has finished,
    /// marked as not complete, or throws [Cancelled] if that is nothing.
    boolean cancelled();

    /// Says nothing and is never cancelled.
    Progress SILENT = silent(() -> false);

    /// Tells nothing, and is cancelled when `other` is: for a task that is a part of another.
    static Progress quiet(Progress other) {
        return silent(other::cancelled);
    }

    /// Tells nothing, and is cancelled when that says so.
    static Progress silent(BooleanSupplier cancelled) {
        return new Progress() {
            @Override
            public void begin(String task, long steps) {}

            @Override
            public void at(long done) {}

            @Override
            public void end() {}

            @Override
            public void say(String line) {}

            @Override
            public boolean cancelled() {
                return cancelled.getAsBoolean();
            }
        };
    }
}
