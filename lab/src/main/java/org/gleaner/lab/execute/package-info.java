/// Executes replays and scenarios on the machine: builds hosts and guests from what the user asked
/// for, drives them, and measures.
///
/// What may enter: the drivers, one per kind of run. What may not: rules of the kernel, and how
/// results look.
@NullMarked
package org.gleaner.lab.execute;

import org.jspecify.annotations.NullMarked;
