package org.gleaner.lab.observe;

import java.util.List;
import java.util.function.Supplier;
import org.gleaner.kvm.Vcpu;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.space.AddressSpace;
import org.jspecify.annotations.Nullable;

/// A guest, or a process that stands for one.
///
/// @param group its tasks
/// @param vcpus those that there are so far
/// @param memory what it has; null while there is none, or if it is of no address space
public record ObservedGuest(
        String name,
        PressureGroup group,
        Supplier<List<Vcpu>> vcpus,
        Supplier<@Nullable Memory> memory) {

    /// Where a guest's memory is.
    ///
    /// @param mm of its VMM
    /// @param firstVpn the host's virtual page of its first page
    public record Memory(AddressSpace mm, long firstVpn, long pages) {}
}
