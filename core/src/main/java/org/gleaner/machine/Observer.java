package org.gleaner.machine;

/// Who looks at a machine in virtual time now and then, from outside: no actor and no step, so that
/// a run is the same to the bit with it and without.
///
/// It is called between two dispatches, on whatever stack the engine is on. All steps before the
/// time that it is told are done, and none after it; what a CPU does by itself may be ahead, up to
/// its next step.
public interface Observer {
    /// What to answer so as not to be called again.
    long NEVER = Long.MAX_VALUE;

    /// Time has passed the moment that was asked for. Must not throw, take a step or change
    /// anything that an actor sees.
    ///
    /// @param cpu whose turn is next: for peeking
    /// @param nanos the engine's time
    /// @return the moment of the next look, in nanoseconds; it is made at the first dispatch from
    ///     there on
    long passed(Cpu cpu, long nanos);
}
