package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.memcg.MemcgLru;
import org.gleaner.mm.memcg.MemcgWalk;

/// Down the tree, each cgroup in scope once (`shrink_node_memcgs`): what the classic LRU does,
/// MGLRU under a cgroup's limit, and MGLRU of kernels that have no LRU of cgroups. Cgroups within
/// `memory.min` are passed over, and so are those within `memory.low` until a whole session got
/// nowhere without them.
final class MemcgTreeOrder implements MemcgOrder {
    private final ReclaimContext host;
    private final LruvecReclaim lruvecs;
    private final Protected spared;
    private final MemcgWalk walk;

    MemcgTreeOrder(ReclaimContext host, LruvecReclaim lruvecs) {
        this.host = host;
        this.lruvecs = lruvecs;
        spared = new Protected(host);
        walk = new MemcgWalk(host.memcgs(), host.rootMemcg());
    }

    @Override
    public void shrink(Cpu cpu, ScanControl sc) {
        Memcg top = host.scope(sc);
        if (top.children().isEmpty()) {
            one(cpu, top, sc);
            return;
        }
        boolean shared = host.memcgRules().sharedWalks() && !sc.kswapd && !sc.fullWalk;
        walk.start(top, shared);
        for (Memcg memcg = walk.next(cpu); memcg != null; memcg = walk.next(cpu)) {
            if (isFairGame(cpu, memcg, sc)) {
                one(cpu, memcg, sc);
            }
            if (shared && sc.nrReclaimed >= sc.nrToReclaim) {
                break;
            }
        }
    }

    private boolean isFairGame(Cpu cpu, Memcg memcg, ScanControl sc) {
        spared.calculate(memcg, sc);
        if (spared.isBelowMin(memcg, sc)) {
            return false;
        }
        if (spared.isBelowLow(memcg, sc)) {
            if (!sc.lowReclaim) {
                sc.lowSkipped = true;
                return false;
            }
            memcg.count(cpu, MemcgEvent.LOW);
        }
        return true;
    }

    private void one(Cpu cpu, Memcg memcg, ScanControl sc) {
        if (!sc.fromGenerations) {
            lruvecs.shrink(cpu, memcg, sc);
            return;
        }
        host.lru().drain(cpu);
        LruGenWalk kept = sc.walk;
        if (sc.proactive) {
            sc.useWalk(memcg.lruvec());
        }
        boolean aged = lruvecs.shrink(cpu, memcg, sc);
        sc.walk = kept;
        if (aged && host.memcgRules().lruOfCgroups()) {
            host.memcgLru().rotate(cpu, memcg, MemcgLru.Op.YOUNG);
        }
    }
}
