/// The commands that ask about many hosts: sweeps. They extend the command line, and only their own
/// process has Spark on its class path.
@NullMarked
package org.gleaner.fleet;

import org.jspecify.annotations.NullMarked;
