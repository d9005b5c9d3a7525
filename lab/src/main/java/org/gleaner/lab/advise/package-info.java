/// How many recorded VMs a host holds, and what would change that: VMs made of traces, trials of
/// them on one host, and what is searched for over many trials.
///
/// What may enter: objectives, populations of VMs, searches. What may not: how a trial runs, which
/// is [org.gleaner.lab.execute], and how results look.
@NullMarked
package org.gleaner.lab.advise;

import org.jspecify.annotations.NullMarked;
