/// The host's memory manager: address spaces, folios, reverse map, cgroups, swap and reclaim.
///
/// Pressure enters here and asks the secondary MMUs through `mm.notifier`. What may not enter: any
/// word of the hypervisor. It is one secondary MMU among others.
@NullMarked
package org.gleaner.mm;

import org.jspecify.annotations.NullMarked;
