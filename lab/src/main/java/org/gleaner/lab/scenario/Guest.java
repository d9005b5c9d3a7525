package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;

/// The virtual machine, or what each of several is that says nothing else.
public record Guest(
        @JsonPropertyDescription(
                        "Virtual CPUs, 1 to 1024; where the host has fewer, they take turns.")
                int vcpus,
        @JsonPropertyDescription("Memory, split evenly over the vCPUs.") Size memory,
        @JsonPropertyDescription("Memory in one memslot; a share is of the guest's memory.")
                Size slotSize,
        @JsonPropertyDescription("What the memory is mapped from.") Backing backing,
        @JsonPropertyDescription("Format of the second-stage page table.") PteFormatChoice format,
        @JsonPropertyDescription("Entries in each vCPU's TLB, 0 to 65536; 0 for no TLB.")
                int tlbEntries) {

    Guest withMemory(Size other) {
        return new Guest(vcpus, other, slotSize, backing, format, tlbEntries);
    }

    /// At a scale, with as many slots as before.
    Guest scaled(Scale scale) {
        if (!(memory instanceof Size.Bytes all) || !(slotSize instanceof Size.Bytes slot)) {
            return new Guest(vcpus, memory.scaled(scale), slotSize, backing, format, tlbEntries);
        }
        long slots = all.count() / slot.count();
        Size.Bytes scaledSlot = new Size.Bytes(slot.scaled(scale).bytes(0));
        Size scaledAll = new Size.Bytes(scaledSlot.count() * slots);
        return new Guest(vcpus, scaledAll, scaledSlot, backing, format, tlbEntries);
    }
}
