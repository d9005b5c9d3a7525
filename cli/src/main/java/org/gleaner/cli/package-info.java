/// The command line: options into requests, results onto standard output, faults into one line and
/// an exit code.
///
/// Nothing here measures, computes or formats a result, and nothing outside exits or reads the
/// process's surroundings.
@NullMarked
package org.gleaner.cli;

import org.jspecify.annotations.NullMarked;
