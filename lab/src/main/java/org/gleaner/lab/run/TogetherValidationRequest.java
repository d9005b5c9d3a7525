package org.gleaner.lab.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.validate.TogetherRuns;

/// Hold traces that take turns under one limit against what a real kernel did.
///
/// @param table the file that the cells come from
/// @param cells to compare, in order
/// @param traces by the names that the cells use; all of them
/// @param seeds to replay each cell with; one or more
public record TogetherValidationRequest(
        Path table, List<TogetherRuns> cells, Map<String, Trace> traces, List<Long> seeds) {}
