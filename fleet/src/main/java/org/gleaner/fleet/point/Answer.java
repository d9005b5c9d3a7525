package org.gleaner.fleet.point;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a command answered.
///
/// @param seed that it says it had; null if none
/// @param scenario tells what was run from anything else; empty where a trace was replayed
/// @param figures numbers by their paths in the document, in the paths' order
/// @param curves lists of numbers likewise
/// @param failures why it is not to be believed; empty if it is
public record Answer(
        @Nullable Long seed,
        String scenario,
        Map<String, Double> figures,
        Map<String, List<Double>> curves,
        List<String> failures) {}
