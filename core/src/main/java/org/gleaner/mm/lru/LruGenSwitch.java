package org.gleaner.mm.lru;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;

/// Moves the folios of an lruvec from the classic lists into generations, or back
/// (`lru_gen_change_state`).
///
/// From its beginning on, what is added to the lruvec goes where it belongs afterwards. What is
/// there already is taken off by its own generation field, so that adding, removing and reclaim
/// need not know how far the switch has come. It is over when nothing is left to move in one hold
/// of lru_lock.
///
/// | | oldest first, to the head of |
/// |---|---|
/// | switched on: an inactive folio, an active one | the generation that it would be added to (`lru_gen_add_folio`) |
/// | switched off: a folio of the two youngest generations | the active list |
/// | switched off: of the others | the inactive list |
///
/// Generations are emptied in the order of their slots, not of their age. Their sequence numbers,
/// tiers and filters stay as they are until they are used again.
public final class LruGenSwitch {
    /// Folios moved in one hold of lru_lock (`MAX_LRU_BATCH`).
    static final int BATCH = 4096;

    private final Folios folios;

    public LruGenSwitch(Folios folios) {
        this.folios = folios;
    }

    /// Switches an lruvec. One CPU at a time may do so.
    public void change(Cpu cpu, Lruvec lruvec, boolean enabled) {
        cpu.enter(KernelFunction.LRU_GEN_CHANGE_STATE);
        lruvec.lock().lock(cpu);
        lruvec.setLruGenEnabled(enabled);
        while (!(enabled ? fillEvictable(cpu, lruvec) : drainEvictable(cpu, lruvec))) {
            lruvec.lock().unlock(cpu);
            lruvec.lock().lock(cpu);
        }
        lruvec.lock().unlock(cpu);
        cpu.exit();
    }

    /// `fill_evictable`: up to a batch from the classic lists; whether they are empty now.
    boolean fillEvictable(Cpu cpu, Lruvec lruvec) {
        int left = BATCH;
        for (int list = 0; list < LruList.UNEVICTABLE && left > 0; list++) {
            left = move(cpu, lruvec, lruvec.list(list), left);
        }
        return left > 0;
    }

    /// `drain_evictable`: up to a batch from the generations; whether they are empty now.
    boolean drainEvictable(Cpu cpu, Lruvec lruvec) {
        int left = BATCH;
        for (int slot = 0; slot < LruGen.MAX_NR_GENS; slot++) {
            for (int type = LruGen.ANON; type <= LruGen.FILE && left > 0; type++) {
                left = move(cpu, lruvec, lruvec.gen().list(slot, type), left);
            }
        }
        return left > 0;
    }

    private int move(Cpu cpu, Lruvec lruvec, int list, int most) {
        int left = most;
        for (int pfn = folios.lists.tail(list);
                pfn >= 0 && left > 0;
                pfn = folios.lists.tail(list)) {
            cpu.charge(Cost.LRU_DRAIN_ONE);
            lruvec.del(cpu, pfn);
            lruvec.add(cpu, pfn);
            left--;
        }
        return left;
    }
}
