/// One host with one guest, as the selftests' common code sets it up: its vCPUs and their boss, who
/// harvests its accessed bits, and who takes its memory away. No scenario's phases.
@NullMarked
package org.gleaner.lab.execute.guest;

import org.jspecify.annotations.NullMarked;
