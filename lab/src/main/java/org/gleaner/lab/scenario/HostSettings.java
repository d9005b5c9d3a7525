package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;

/// The machine and its kernel's settings.
public record HostSettings(
        @JsonPropertyDescription("CPUs, 1 to 1024.") int cpus,
        @JsonPropertyDescription("Sockets, 1 to 8.") int sockets,
        @JsonPropertyDescription("Hardware threads of a core, 1 to 8.") int threadsPerCore,
        @JsonPropertyDescription(
                        "Cores behind one last-level cache, where a socket has several (8 on AMD from Zen 3 on); 0: all of a socket.")
                int coresPerCache,
        @JsonPropertyDescription("Memory; a share is of the guest's memory.") Size memory,
        @JsonPropertyDescription("The processor.") ArchChoice arch,
        @JsonPropertyDescription(
                        "Whether arm64 sets access flags by itself (FEAT_HAFDBS); if not, an access through a clear one faults.")
                boolean hardwareAccessed,
        @JsonPropertyDescription("A base page: 4KiB, or on arm64 16KiB or 64KiB.")
                PageSizeChoice pageSize,
        @JsonPropertyDescription("What virtual time charges; auto is what goes with the processor.")
                CostModelChoice costs,
        @JsonPropertyDescription("Whose reclaim rules hold.") Kernel kernel,
        @JsonPropertyDescription("Which reclaim runs.") Lru lru,
        @JsonPropertyDescription("/sys/kernel/mm/lru_gen/enabled, 0x0 to 0xf; for mglru.")
                LruGenChoice lruGen,
        @JsonPropertyDescription(
                        "Huge pages for anonymous memory, at its first touch; never or always.")
                Thp thp,
        @JsonPropertyDescription(
                        "vm.swappiness, 0 to 200: how dear anonymous memory is beside files; 0 swaps only where nothing else is left, in MGLRU never.")
                int swappiness,
        WatermarkSettings watermarks,
        Swap swap,
        @JsonPropertyDescription("What is written into the kernel's files, and when.")
                List<HostCommand> commands) {

    /// The highest swappiness; at 100 both types of memory cost the same.
    public static final int MOST_SWAPPINESS = 200;

    public HostSettings {
        commands = List.copyOf(commands);
    }

    HostSettings withPageSize(PageSizeChoice other) {
        return new HostSettings(
                cpus,
                sockets,
                threadsPerCore,
                coresPerCache,
                memory,
                arch,
                hardwareAccessed,
                other,
                costs,
                kernel,
                lru,
                lruGen,
                thp,
                swappiness,
                watermarks,
                swap,
                commands);
    }

    /// Cores of all sockets.
    public int cores() {
        return cpus / threadsPerCore;
    }

    /// At a scale, for a host that has `pages` at full size. The smallest free memory is scaled
    /// from what it is at full size, because the kernel's formula for it is not linear.
    HostSettings scaled(Scale scale, long pages) {
        long bytes = pages * pageSize.bytes();
        return new HostSettings(
                cpus,
                sockets,
                threadsPerCore,
                coresPerCache,
                memory.scaled(scale),
                arch,
                hardwareAccessed,
                pageSize,
                costs,
                kernel,
                lru,
                lruGen,
                thp,
                swappiness,
                watermarks.scaled(scale, bytes),
                new Swap(swap.device(), swap.size().scaled(scale), swap.pageCluster()),
                commands.stream().map(each -> each.scaled(scale)).toList());
    }
}
