/// Programs over KVM's second stage, faults, dirty log and frames, and the bugs that are known of
/// it: their stage is one VM over a small address space.
@NullMarked
package org.gleaner.check.kvm;

import org.jspecify.annotations.NullMarked;
