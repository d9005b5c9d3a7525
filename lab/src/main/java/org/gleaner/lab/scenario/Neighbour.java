package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.gleaner.lab.choice.Workload;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;

/// One of several virtual machines on a host: its cgroup and what it does. In a file all but the
/// name may be left out.
public record Neighbour(
        @JsonPropertyDescription("Heads its column: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Virtual CPUs; default guest.vcpus.") int vcpus,
        @JsonPropertyDescription("Memory; a share is of guest.memory; default 100%.") Size memory,
        @JsonPropertyDescription("What it does once its memory is populated; default loop.")
                Workload workload,
        @JsonPropertyDescription(
                        "Memory that it uses then; a share is of its memory; default 100%.")
                Size workingSet,
        @JsonPropertyDescription(
                        "Memory that it writes before; a share is of its memory; default 100%.")
                Size populates,
        @JsonPropertyDescription("How often it goes through its phases, 1 to 100; default 1.")
                int rounds,
        @JsonPropertyDescription("What the workload 'phases' goes through; default none.")
                List<WorkPhase> phases,
        @JsonPropertyDescription("Whether it writes or reads then; default true.") boolean writes,
        @JsonPropertyDescription("Rest of each vCPU after each page, 0 to 1000000000; default 0.")
                int pauseNanos,
        @JsonPropertyDescription("memory.max; a share is of its memory; default max.") Limit max,
        @JsonPropertyDescription("memory.high; a share is of its memory; default max.") Limit high,
        @JsonPropertyDescription("memory.low; a share is of its memory; default 0.") Limit low,
        @JsonPropertyDescription("memory.min; a share is of its memory; default 0.") Limit min,
        @JsonPropertyDescription("memory.swap.max; a share is of its memory; default max.")
                Limit swapMax) {

    public Neighbour {
        phases = List.copyOf(phases);
    }

    /// The longest rest: a second.
    static final int MOST_PAUSE = 1_000_000_000;

    /// At a scale, with as many slots of `guest` as before.
    Neighbour scaled(Scale scale, Guest guest) {
        return new Neighbour(
                name,
                vcpus,
                memory instanceof Size.Bytes
                        ? guest.withMemory(memory).scaled(scale).memory()
                        : memory,
                workload,
                workingSet.scaled(scale),
                populates.scaled(scale),
                rounds,
                phases.stream().map(each -> each.scaled(scale)).toList(),
                writes,
                pauseNanos,
                max.scaled(scale),
                high.scaled(scale),
                low.scaled(scale),
                min.scaled(scale),
                swapMax.scaled(scale));
    }
}
