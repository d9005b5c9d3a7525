/// Which kernel's rules a host follows. What the versions do differently is said where it is done,
/// in small policies that are chosen by [KernelVersion]; nothing but the name lives here.
@NullMarked
package org.gleaner.mm.version;

import org.jspecify.annotations.NullMarked;
