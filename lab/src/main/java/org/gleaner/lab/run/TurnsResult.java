package org.gleaner.lab.run;

import java.util.List;
import java.util.Map;

/// What traces that took turns under one limit came to.
///
/// @param guests what each one's cgroup counted, by the kernel's names, in the order asked for
/// @param vmstat what the host counted
/// @param failures a line for each guest that the OOM killer ended
public record TurnsResult(
        List<Map<String, Long>> guests, Map<String, Long> vmstat, List<String> failures) {

    public TurnsResult {
        guests = guests.stream().map(Vmstat::copyOf).toList();
        vmstat = Vmstat.copyOf(vmstat);
        failures = List.copyOf(failures);
    }
}
