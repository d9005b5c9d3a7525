package org.gleaner.lab.fleet;

/// A VM of a made population.
///
/// @param sizeGib what it was given
/// @param lifeSeconds how long it is there
/// @param touchedPercent of its size that it touches
/// @param coldPercent of that, wished for: what is not touched for 120 s, the mean over time
/// @param busy what its busy pages do: a pattern of `gleaner trace generate`, or a trace
/// @param idlePercent of what it touches: pages that are touched once a lap. The others are busy
/// @param seed of its trace
public record MadeVm(
        String name,
        double sizeGib,
        double lifeSeconds,
        double touchedPercent,
        double coldPercent,
        String busy,
        double idlePercent,
        long seed) {}
