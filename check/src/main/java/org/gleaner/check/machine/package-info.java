/// Programs over the machine alone: its locks, RCU and SRCU, and how memory is ordered; with the
/// small address space whose every word is a step, on which programs of KVM stand as well.
@NullMarked
package org.gleaner.check.machine;

import org.jspecify.annotations.NullMarked;
