package org.gleaner.fleet.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/// One simulation of a sweep.
///
/// @param index from 0, the same in every run of the sweep
/// @param values of the keys that vary, in the sweep's order
/// @param words of the command that it is, behind `gleaner`
public record Point(long index, Map<String, String> values, List<String> words)
        implements Serializable {}
