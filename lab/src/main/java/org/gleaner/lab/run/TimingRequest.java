package org.gleaner.lab.run;

import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.validate.PublishedTime;

/// Hold virtual time against published times.
///
/// @param table the file that the rows come from; their scenarios are in a directory beside it that
///     has its name
/// @param rows to compare, in order
/// @param scale of all scenarios but those that say that they are run at less; times are held
///     against as much of the published ones
/// @param more whether a scenario that says at what it is run may be run at more than that
/// @param seeds of scenarios in which chance decides; a row has the median
public record TimingRequest(
        Path table, List<PublishedTime> rows, Scale scale, boolean more, int seeds) {}
