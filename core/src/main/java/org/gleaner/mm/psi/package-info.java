/// Pressure stall information: how long the tasks of a cgroup, and of the host, were stalled on
/// memory.
///
/// What may enter: how stalls of tasks become the figures of `memory.pressure`. What may not: what
/// a stall is, which whoever waits says ([org.gleaner.machine.TaskState]), and how figures look.
@NullMarked
package org.gleaner.mm.psi;

import org.jspecify.annotations.NullMarked;
