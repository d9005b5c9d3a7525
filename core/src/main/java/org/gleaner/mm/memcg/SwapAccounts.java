package org.gleaner.mm.memcg;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.swap.SwapArea;

/// What cgroups have in swap.
public final class SwapAccounts implements SwapArea.Accounts {
    private final List<Memcg> memcgs;

    public SwapAccounts(List<Memcg> memcgs) {
        this.memcgs = memcgs;
    }

    @Override
    public boolean tryCharge(Cpu cpu, int memcg, int pages) {
        return memcgs.get(memcg).swap().tryCharge(cpu, pages);
    }

    @Override
    public void cancel(Cpu cpu, int memcg, int pages) {
        memcgs.get(memcg).swap().uncharge(cpu, pages);
    }

    @Override
    public void uncharge(Cpu cpu, int memcg) {
        cancel(cpu, memcg, 1);
        memcgs.get(memcg).lruvec().statChanged(cpu, 1);
    }
}
