/// Recording the page accesses of real programs: a program or a machine under QEMU with a plugin of
/// our own, and a live process by its accessed bits.
///
/// This room starts processes and reads `/proc`; what it sees it hands on as it comes. Nothing here
/// knows in what file an access ends, or what it will meet when it is replayed.
@NullMarked
package org.gleaner.lab.record;

import org.jspecify.annotations.NullMarked;
