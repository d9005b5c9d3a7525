package org.gleaner.mm.reclaim;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.pagetable.Walk;

/// Kills the process that has the most memory and swap (`out_of_memory`), unless one killed before has not gone
/// yet. The killed one's next fault fails; its memory is free once it has exited.
final class OomKiller {
    private static final int TABLE = 512;

    private final ReclaimContext host;
    private final Walk walk = new Walk();

    OomKiller(ReclaimContext host) {
        this.host = host;
    }

    void kill(Cpu cpu) {
        AddressSpace victim = null;
        long most = 0;
        for (AddressSpace mm : processes(cpu)) {
            if (mm.isKilled() && mm.vmas().length > 0) {
                return;
            }
            long pages = pages(cpu, mm);
            if (pages > most) {
                most = pages;
                victim = mm;
            }
        }
        if (victim != null) {
            victim.kill();
            victim.memcg().count(cpu, MemcgEvent.OOM_KILL);
            host.stat().inc(cpu, VmEvent.OOM_KILL);
        }
    }

    private List<AddressSpace> processes(Cpu cpu) {
        List<AddressSpace> all = new ArrayList<>();
        for (Memcg memcg : host.memcgs()) {
            memcg.mmListLock().lock(cpu);
            all.addAll(memcg.mmList());
            memcg.mmListLock().unlock(cpu);
        }
        return all;
    }

    /// Entries in use, present or swapped (`oom_badness`): a racy count.
    private long pages(Cpu cpu, AddressSpace mm) {
        long pages = 0;
        for (Vma vma : mm.vmas()) {
            for (long at = vma.start(); at < vma.end(); ) {
                long end = Math.min((at | TABLE - 1) + 1, vma.end());
                mm.tables().find(walk, mm.root(), at);
                if (walk.level == 1) {
                    for (long page = at; page < end; page++) {
                        pages += cpu.peek(walk.words, walk.index + (int) (page - at)) == 0 ? 0 : 1;
                    }
                }
                at = end;
            }
        }
        return pages;
    }
}
