package org.gleaner.lab.run;

/// A scenario, run with each seed.
///
/// @param completeness of all, each seed's configurations counted by themselves
public record ScenarioRuns(Completeness completeness, Seeded<ScenarioResult> result) {}
