/// What code that all architectures share may know of a second stage, and what every second stage
/// is made of.
///
/// [org.gleaner.kvm.mmu.SecondaryMmu] is the contract: roots, faults, unmapping, aging, and under
/// which lock each. [org.gleaner.kvm.mmu.GuestTlb] is a vCPU's walker and what it remembers;
/// `Invariants` says what must always hold, and `ProtocolSteps` names the decisions that known bugs
/// take wrongly.
///
/// What may enter: what is true of a second stage whatever its entries look like. What may not: a
/// bit of any architecture, slots, vCPUs, notifiers, and anything of `mm`.
@NullMarked
package org.gleaner.kvm.mmu;

import org.jspecify.annotations.NullMarked;
