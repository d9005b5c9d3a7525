/// KVM: virtual machines, vCPUs, memory slots, the TDP MMU and its page-fault path.
///
/// A guest access enters at `Vcpu`. What may enter: the second stage and what keeps it right against
/// the host. What may not: reclaim policy, lists, swap.
@NullMarked
package org.gleaner.kvm;

import org.jspecify.annotations.NullMarked;
