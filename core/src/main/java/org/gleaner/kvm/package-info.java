/// KVM: virtual machines, vCPUs, memory slots, the TDP MMU and its page-fault path.
///
/// A guest access enters at [org.gleaner.kvm.Vcpu], is translated by `Translations` as hardware
/// would, and faults into `PageFault`. The host enters at `KvmMmuNotifier`, one per VM, whose
/// subclasses offer what each aging design needs; `HvaWalk` finds the slots, and `TdpZapper` and
/// `TdpAger` do the work on the tables of `TdpMmu`. `InvalidateGate` is what the two directions
/// agree on. `Invariants` says what must always hold.
///
/// What may enter: the second stage and what keeps it right against the host. What may not: reclaim
/// policy, lists, swap.
@NullMarked
package org.gleaner.kvm;

import org.jspecify.annotations.NullMarked;
