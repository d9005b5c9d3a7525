package org.gleaner.mm.memcg;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// A walk over a cgroup and all below it, parents first (`mem_cgroup_iter`): a full one, or one
/// that goes on where the last reclaimer stopped, so that those who stop early do not all take from
/// the first.
///
/// The shared place is one word of the walk's top: the round in its upper half, one more than the
/// id of the cgroup handed out last in its lower, 0 at the start of a round. A walk ends where its
/// round does, whoever ended it.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `top.sharedWalk` | any walker | CAS | all | acquire |
@OneCpu
public final class MemcgWalk {
    private static final int ROUND_SHIFT = 32;

    private final List<Memcg> byId;
    private Memcg top;
    private boolean shared;

    /// The cgroup visited last, null before the first.
    private @Nullable Memcg at;

    private long round;

    /// @param byId every cgroup of the host
    public MemcgWalk(List<Memcg> byId, Memcg top) {
        this.byId = byId;
        this.top = top;
    }

    /// Starts a walk over `over` and all below; `share` to take part in the shared one.
    public void start(Memcg over, boolean share) {
        top = over;
        shared = share;
        at = null;
    }

    /// The next cgroup, or null at the end.
    public @Nullable Memcg next(Cpu cpu) {
        Memcg last = at;
        Memcg next;
        if (shared) {
            next = nextShared(cpu, last == null);
        } else {
            next = last == null ? top : last.next(top);
        }
        at = next;
        return next;
    }

    private @Nullable Memcg nextShared(Cpu cpu, boolean first) {
        for (; ; ) {
            long word = cpu.load(top.sharedWalk, 0);
            if (!first && word >>> ROUND_SHIFT != round) {
                return null;
            }
            round = word >>> ROUND_SHIFT;
            int place = (int) word;
            Memcg next = place == 0 ? top : byId.get(place - 1).next(top);
            long update = next == null ? round + 1 << ROUND_SHIFT : word - place + next.id() + 1;
            if (cpu.cas(top.sharedWalk, 0, word, update) && (next != null || !first)) {
                return next;
            }
        }
    }
}
