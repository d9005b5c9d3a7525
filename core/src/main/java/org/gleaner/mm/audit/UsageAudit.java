package org.gleaner.mm.audit;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memcg.Memcg;

/// What cgroups are charged for, from the frames up.
final class UsageAudit {
    private final Tally tally;
    private final Cpu cpu;
    private final Folios folios;

    UsageAudit(Tally tally) {
        this.tally = tally;
        cpu = tally.cpu;
        folios = tally.folios;
    }

    void checkUsage() {
        long[] resident = new long[MEMCGS];
        for (Memcg memcg : tally.host.memcgs().all()) {
            resident[memcg.id()] = memcg.kernelPages().snapshot();
        }
        for (int pfn = 0; pfn < folios.frames(); pfn++) {
            long state = folios.peek(cpu, pfn);
            resident[memcg(state)] += state != 0 ? 1 : 0;
        }
        for (Memcg memcg : tally.host.memcgs().all()) {
            if (memcg.id() != Memcg.ROOT) {
                long expected = 0;
                for (Memcg below : tally.host.memcgs().all()) {
                    if (below.isWithin(memcg)) {
                        expected += resident[below.id()] + tally.host.allocator().stocked(below);
                    }
                }
                long usage = memcg.usage().snapshot();
                tally.expect(
                        usage == expected,
                        "memcg %d: %d pages, usage %d",
                        memcg.id(),
                        expected,
                        usage);
            }
        }
    }
}
