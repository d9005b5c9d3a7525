package org.gleaner.kvm.mmu;

import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.RadixTable;
import org.jspecify.annotations.Nullable;

/// What a VM gives to the second stage that is made for it.
///
/// @param tables empty, of the shape and in the format that the architecture has
/// @param steps how its protocols are carried out
/// @param keepsRoots the kernel holds a reference to each valid root itself
/// @param hardwareLog hardware notes the pages whose D it sets
/// @param preserved what becomes of the A of leaves that are zapped though their pages stay
/// @param marks what entries pass on to pages; null on a kernel where they pass on nothing
/// @param remote whom a change must be flushed from
public record MmuParts(
        RadixTable tables,
        QueuedRwLock mmuLock,
        Rcu rcu,
        Invariants invariants,
        ProtocolSteps steps,
        boolean keepsRoots,
        boolean hardwareLog,
        PreservedAccessed preserved,
        @Nullable PageMarks marks,
        RemoteTlbs remote,
        TableAccount account) {}
