package org.gleaner.kvm.pfn;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;

/// The active caches of one VM (`kvm->gpc_list` under `gpc_lock`), for invalidations to find.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `active` | activate, deactivate, the lock | full | invalidation | acquire, after a fence | `mn_active`: an invalidation that sees no cache has raised it before, and the refresh that follows the activation sees it |
@Guarded("gpc_lock")
public final class PfnCaches {
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.GPC_LIST_LOCK);
    private final List<PfnCache> caches = new ArrayList<>();
    private final Word active = new Word();

    void add(Cpu cpu, PfnCache cache) {
        lock.lock(cpu);
        caches.add(cache);
        cpu.fetchAdd(active, 1);
        lock.unlock(cpu);
    }

    void remove(Cpu cpu, PfnCache cache) {
        lock.lock(cpu);
        caches.remove(cache);
        cpu.fetchAdd(active, -1);
        lock.unlock(cpu);
    }

    /// Host pages `[start, end)` are about to go: no cache of them is valid when this returns, and
    /// none becomes so until the invalidation has ended
    /// (`gfn_to_pfn_cache_invalidate_start`). The invalidation must have announced itself before;
    /// `mmu_lock` is not held.
    public void invalidateStart(Cpu cpu, long start, long end) {
        cpu.fence();
        if (cpu.peek(active) == 0) {
            return;
        }
        lock.lock(cpu);
        for (PfnCache cache : caches) {
            cache.invalidate(cpu, start, end);
        }
        lock.unlock(cpu);
    }

    /// Active caches now.
    public long active() {
        return active.snapshot();
    }
}
