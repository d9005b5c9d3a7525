package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.mm.lru.LruGenSwitch;
import org.gleaner.mm.memcg.Memcg;

/// `/sys/kernel/mm/lru_gen/enabled`, written while the host runs.
///
/// Its bit 0x1 changes for the whole host at once, and then for one cgroup after the other. In
/// between, reclaim goes by the host's bit and finds cgroups empty whose folios have yet to move,
/// which up to 6.18 can end in an OOM kill though there is enough to reclaim. Since 7.2 it looks at
/// both kinds of lists as long as the switch lasts.
final class LruGenEnabled {
    private final ReclaimContext host;
    private final LruGenSwitch lruvecs;
    private final RwSemaphore mutex = new RwSemaphore(LockClass.LRU_GEN_STATE);

    LruGenEnabled(ReclaimContext host) {
        this.host = host;
        lruvecs = new LruGenSwitch(host.folios());
    }

    void write(Cpu cpu, LruGenCaps next) {
        mutex.downWrite(cpu);
        ReclaimTunables tunables = host.tunables();
        boolean switches = next.core() != tunables.caps().core();
        tunables.setSwitching(switches);
        tunables.setCaps(next);
        if (switches) {
            for (Memcg memcg : host.memcgs()) {
                lruvecs.change(cpu, memcg.lruvec(), next.core());
            }
        }
        tunables.setSwitching(false);
        mutex.upWrite(cpu);
    }
}
