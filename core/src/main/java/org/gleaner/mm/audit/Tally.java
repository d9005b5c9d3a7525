package org.gleaner.mm.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.folio.Folios;

/// What has been counted of a host so far, by page and by slot, and what does not add up.
@OneCpu
final class Tally {
    private static final int MOST = 20;

    final Host host;
    final Cpu cpu;
    final Folios folios;

    /// By pfn: references explained so far, mappings found, and how often it is free.
    final int[] references;

    final int[] mappings;
    final int[] free;

    /// By pfn: the list that the folio is on, or -1.
    final int[] onList;

    /// By slot: entries that name it.
    final int[] swapEntries;

    private final List<String> findings = new ArrayList<>();

    Tally(Host host, Cpu cpu) {
        this.host = host;
        this.cpu = cpu;
        folios = host.folios();
        references = new int[folios.frames()];
        mappings = new int[folios.frames()];
        free = new int[folios.frames()];
        onList = new int[folios.frames()];
        Arrays.fill(onList, -1);
        swapEntries = new int[host.swap().size()];
    }

    /// Keeps what does not hold in words; the first twenty.
    void expect(boolean holds, String format, Object... arguments) {
        if (!holds && findings.size() < MOST) {
            findings.add(format.formatted(arguments));
        }
    }

    List<String> findings() {
        return findings;
    }
}
