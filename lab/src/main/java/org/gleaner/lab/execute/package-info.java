/// Executes replays and scenarios on the machine: builds hosts and guests from what the user asked
/// for, drives them, and measures. A room for each kind of run, over rooms for what they share:
/// `host`, `guest` and `parallel`.
///
/// What may enter: the choice of executors here, drivers in the rooms. What may not: rules of the
/// kernel, and how results look.
@NullMarked
package org.gleaner.lab.execute;

import org.jspecify.annotations.NullMarked;
