/// The drivers of scenarios, one for each kind: phases of a run, and what is measured in them.
@NullMarked
package org.gleaner.lab.execute.scenario;

import org.jspecify.annotations.NullMarked;
