/// Scenarios: what a run sets up, as records, and the way from a YAML file with overrides to a
/// checked record.
///
/// A file is laid over the bundled scenario of its kind, so that every default stands, with its
/// comment, in one place; `--set` is laid over both. Every fault names the file, line and column,
/// or the override, that it came from. Records carry no behaviour of the machine: executors live
/// elsewhere.
@NullMarked
package org.gleaner.lab.scenario;

import org.jspecify.annotations.NullMarked;
