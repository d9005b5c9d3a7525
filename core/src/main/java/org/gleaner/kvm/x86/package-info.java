/// The second stage of x86: entries of EPT, NPT and shadow tables, how they change, and the TDP
/// MMU.
///
/// What may enter: everything that names an x86 bit. What may not: slots, vCPUs, notifiers, and
/// anything of `mm`; what a zapped entry tells its page goes through `mmu.PageMarks`.
@NullMarked
package org.gleaner.kvm.x86;

import org.jspecify.annotations.NullMarked;
