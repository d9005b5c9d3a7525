package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.function.IntConsumer;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;

/// How folios get onto, off and around the LRU lists outside of reclaim (the kernel's `swap.c`).
///
/// Additions, activations and rotations gather in per-CPU batches, which decide order: a folio in
/// an add batch is invisible to scans; one in an activation batch stays where it is but carries an
/// extra reference, so that reclaim fails to free it if it gets there first. A large folio does not
/// wait: it takes its batch with it.
public final class LruCache {
    private final Folios folios;
    private final Lruvec[] lruvecs;
    private final VmStat stat;
    private final LruBatch[] batches;
    private final Freer freer;

    /// @param lruvecs by memory cgroup id; filled as cgroups are made
    public LruCache(
            Folios folios,
            Lruvec[] lruvecs,
            VmStat stat,
            KernelVersion kernel,
            int maxCpus,
            Freer freer) {
        this.freer = freer;
        this.folios = folios;
        this.lruvecs = lruvecs;
        this.stat = stat;
        batches = new LruBatch[maxCpus];
        for (int i = 0; i < maxCpus; i++) {
            batches[i] = new LruBatch(LruBatch.capacity(kernel));
        }
    }

    public Lruvec lruvec(long state) {
        return lruvecs[memcg(state)];
    }

    /// `folio_add_lru`. Under MGLRU a folio added by a page fault of a task that is not reclaiming
    /// is flagged, which decides its generation once the batch is flushed.
    public void add(Cpu cpu, int pfn, boolean inFault) {
        cpu.enter(KernelFunction.FOLIO_ADD_LRU);
        cpu.charge(Cost.LRU_ADD);
        long state = folios.state(cpu, pfn);
        if (inFault && lruvec(state).lruGenEnabled() && (state & UNEVICTABLE) == 0) {
            lruvec(state).gen().faulted(cpu, pfn);
        }
        folios.get(cpu, pfn);
        LruBatch batch = batches[cpu.id];
        if (batch.added.push(pfn) || (state & LARGE) != 0) {
            flushAdded(cpu, batch);
        }
        cpu.exit();
    }

    /// `folio_activate`: queues an inactive folio on a list for activation.
    public void activate(Cpu cpu, int pfn) {
        long state = folios.state(cpu, pfn);
        if ((state & (LRU | ACTIVE | UNEVICTABLE)) != LRU) {
            return;
        }
        folios.get(cpu, pfn);
        LruBatch batch = batches[cpu.id];
        if (batch.activated.push(pfn) || (state & LARGE) != 0) {
            flushActivated(cpu, batch);
        }
    }

    /// `folio_rotate_reclaimable`: writeback of a folio that reclaim waits for has ended.
    public void rotate(Cpu cpu, int pfn) {
        long state = folios.state(cpu, pfn);
        if ((state & (LRU | LOCKED | DIRTY | UNEVICTABLE)) != LRU) {
            return;
        }
        folios.get(cpu, pfn);
        LruBatch batch = batches[cpu.id];
        if (batch.rotated.push(pfn) || (state & LARGE) != 0) {
            flushRotated(cpu, batch);
        }
    }

    /// `lru_add_drain`: flushes this CPU's batches, additions first, activations last.
    public void drain(Cpu cpu) {
        LruBatch batch = batches[cpu.id];
        if (batch.isEmpty()) {
            return;
        }
        cpu.enter(KernelFunction.LRU_ADD_DRAIN);
        flushAdded(cpu, batch);
        flushRotated(cpu, batch);
        flushActivated(cpu, batch);
        cpu.exit();
    }

    private void flushAdded(Cpu cpu, LruBatch batch) {
        Lruvec locked = null;
        for (int i = 0; i < batch.added.size; i++) {
            int pfn = batch.added.pfns[i];
            locked = relock(cpu, locked, pfn);
            cpu.charge(Cost.LRU_DRAIN_ONE);
            locked.add(cpu, pfn);
            folios.set(cpu, pfn, LRU);
        }
        finish(cpu, locked, batch.added);
    }

    private void flushActivated(Cpu cpu, LruBatch batch) {
        Lruvec locked = null;
        for (int i = 0; i < batch.activated.size; i++) {
            int pfn = batch.activated.pfns[i];
            if (!folios.testAndClear(cpu, pfn, LRU)) {
                continue;
            }
            locked = relock(cpu, locked, pfn);
            cpu.charge(Cost.LRU_DRAIN_ONE);
            long state = folios.state(cpu, pfn);
            if ((state & (ACTIVE | UNEVICTABLE)) == 0) {
                locked.del(cpu, pfn);
                folios.set(cpu, pfn, ACTIVE);
                locked.add(cpu, pfn);
                stat.add(cpu, VmEvent.PGACTIVATE, folios.pages(state));
                locked.statChanged(cpu, folios.pages(state));
            }
            folios.set(cpu, pfn, LRU);
        }
        finish(cpu, locked, batch.activated);
    }

    private void flushRotated(Cpu cpu, LruBatch batch) {
        Lruvec locked = null;
        for (int i = 0; i < batch.rotated.size; i++) {
            int pfn = batch.rotated.pfns[i];
            if (!folios.testAndClear(cpu, pfn, LRU)) {
                continue;
            }
            locked = relock(cpu, locked, pfn);
            cpu.charge(Cost.LRU_DRAIN_ONE);
            long state = folios.state(cpu, pfn);
            if ((state & UNEVICTABLE) == 0) {
                locked.del(cpu, pfn);
                folios.clear(cpu, pfn, ACTIVE);
                locked.addTail(cpu, pfn);
                stat.add(cpu, VmEvent.PGROTATED, folios.pages(state));
            }
            folios.set(cpu, pfn, LRU);
        }
        finish(cpu, locked, batch.rotated);
    }

    private Lruvec relock(Cpu cpu, @org.jspecify.annotations.Nullable Lruvec locked, int pfn) {
        Lruvec wanted = lruvec(folios.peek(cpu, pfn));
        if (wanted != locked) {
            if (locked != null) {
                locked.lock().unlock(cpu);
            }
            wanted.lock().lock(cpu);
        }
        return wanted;
    }

    private void finish(
            Cpu cpu, @org.jspecify.annotations.Nullable Lruvec locked, LruBatch.Queue queue) {
        if (locked != null) {
            locked.lock().unlock(cpu);
        }
        int n = queue.size;
        queue.size = 0;
        for (int i = 0; i < n; i++) {
            put(cpu, queue.pfns[i]);
        }
    }

    /// Every reference that a batch of any CPU holds. For checks of a host at rest.
    public void forEachBatched(IntConsumer action) {
        for (LruBatch batch : batches) {
            batch.forEach(action);
        }
    }

    // --- references --------------------------------------------------------------------------

    /// What frees a folio whose last reference is gone.
    public interface Freer {
        void free(Cpu cpu, int pfn);
    }

    /// `folio_put`: drops a reference; the last one takes the folio off its list and frees it.
    public void put(Cpu cpu, int pfn) {
        if (folios.dropReference(cpu, pfn)) {
            takeOff(cpu, pfn);
            freer.free(cpu, pfn);
        }
    }

    /// Takes a folio that the caller refers to off its list; false if it is on none now
    /// (`folio_isolate_lru`).
    public boolean takeOff(Cpu cpu, int pfn) {
        if (!folios.testAndClear(cpu, pfn, LRU)) {
            return false;
        }
        Lruvec lruvec = lruvec(folios.state(cpu, pfn));
        lruvec.lock().lock(cpu);
        lruvec.del(cpu, pfn);
        lruvec.lock().unlock(cpu);
        return true;
    }

    /// `folio_mark_accessed`. MGLRU climbs the reference ladder; the classic LRU activates at the
    /// second access, inside the add batch if the folio is still there.
    public void markAccessed(Cpu cpu, int pfn) {
        long state = folios.state(cpu, pfn);
        Lruvec lruvec = lruvec(state);
        if ((state & IDLE) != 0) {
            folios.clear(cpu, pfn, IDLE);
        }
        if (lruvec.lruGenEnabled()) {
            lruvec.gen().incRefs(cpu, pfn);
            return;
        }
        if ((state & REFERENCED) == 0) {
            folios.set(cpu, pfn, REFERENCED);
        } else if ((state & (UNEVICTABLE | ACTIVE)) == 0) {
            if ((state & LRU) != 0) {
                activate(cpu, pfn);
            } else if (batches[cpu.id].added.contains(pfn)) {
                folios.set(cpu, pfn, ACTIVE);
            }
            folios.clear(cpu, pfn, REFERENCED);
            lruvec.advanceNonresidentAge(cpu, folios.pages(state));
        }
    }
}
