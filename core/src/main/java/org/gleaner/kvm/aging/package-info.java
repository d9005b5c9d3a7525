/// KVM's half of each aging design: one file for each that has a query of its own, and its line in
/// [org.gleaner.kvm.aging.KvmHalves].
///
/// What may enter: how a generation's query is answered from one harvest of the second stage. What
/// may not: locks, slots, entries.
@NullMarked
package org.gleaner.kvm.aging;

import org.jspecify.annotations.NullMarked;
