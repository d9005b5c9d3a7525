package org.gleaner.kvm.arch;

import java.util.List;
import java.util.function.Function;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;

/// A second stage of some processor, as far as the others differ from it: what common code asks
/// instead of what it is called. One more is one more record, and an engine only if none of those
/// that are there fits.
///
/// @param name of the processor and its entries
/// @param geometries one for each size of a base page, the usual one first
/// @param mostLeafBytes no leaf maps more
/// @param format entries, for one of the geometries
/// @param hardwareLog whether hardware may note the pages whose D it sets
/// @param steps how its protocols are carried out when nothing is taken wrongly
/// @param engine what makes its second stage
public record Architecture(
        String name,
        List<Geometry> geometries,
        long mostLeafBytes,
        Function<Geometry, EntryFormat> format,
        boolean hardwareLog,
        ProtocolSteps steps,
        Function<MmuParts, SecondaryMmu> engine,
        Locks locks,
        FaultFlow flow,
        Upkeep upkeep) {
    public Architecture {
        geometries = List.copyOf(geometries);
    }

    /// The highest level at which a leaf may stand.
    public int mostLeafLevel(Geometry geometry) {
        int level = 1;
        while (level < geometry.levels && geometry.bytes(level + 1) <= mostLeafBytes) {
            level++;
        }
        return level;
    }

    /// The shape of its tables over base pages of 2^`pageShift` bytes.
    ///
    /// @throws IllegalArgumentException if it has no such pages
    public Geometry geometry(int pageShift) {
        for (Geometry geometry : geometries) {
            if (geometry.pageShift == pageShift) {
                return geometry;
            }
        }
        throw new IllegalArgumentException(name + " has no pages of 2^" + pageShift + " bytes");
    }

    @Override
    public String toString() {
        return name;
    }
}
