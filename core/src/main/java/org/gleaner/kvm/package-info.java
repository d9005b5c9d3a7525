/// KVM, as all architectures have it: virtual machines, vCPUs, memory slots and the page-fault
/// path.
///
/// A guest access enters at [org.gleaner.kvm.Vcpu], is translated by `mmu.GuestTlb` as hardware
/// would, and faults into `PageFault`. The host enters at `KvmMmuNotifier`, one per VM; `HvaWalk`
/// finds the slots, and the second stage behind `mmu.SecondaryMmu` does the work. `InvalidateGate`
/// is what the two directions agree on, `Vcpus` who is to be kicked. The rooms:
///
/// ```
/// kvm -> kvm.aging, kvm.pfn, kvm.x86 -> kvm.mmu -> pagetable -> machine
/// kvm, kvm.pfn -> mm.gup, mm.notifier
/// ```
///
/// What may enter: what keeps a second stage right against the host. What may not: reclaim
/// policy, lists, swap; and the bits of an architecture, which `VmConfig` alone names.
@NullMarked
package org.gleaner.kvm;

import org.jspecify.annotations.NullMarked;
