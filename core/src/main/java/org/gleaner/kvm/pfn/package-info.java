/// KVM's hold on the host's pages (`virt/kvm`'s pfn functions): who asks for one, owns what was
/// found until it is given back, exactly once.
///
/// [org.gleaner.kvm.pfn.FaultInPage] is a page fault's; [org.gleaner.kvm.pfn.PfnDesign] says how it
/// was before the series that made ownership plain; `PageLedger` knows who took what.
/// [org.gleaner.kvm.pfn.DirectAccess] is where the kernel's own uses of guest pages begin: mapped,
/// cached, as pages, or prefetched.
///
/// What may enter: lookups, ownership, marks. What may not: folios and lists, whose names this room
/// does not know; slots and vCPUs; the bits of an entry.
@NullMarked
package org.gleaner.kvm.pfn;

import org.jspecify.annotations.NullMarked;
