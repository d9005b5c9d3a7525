package org.gleaner.lab.execute.guest;

import java.util.BitSet;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.execute.host.CommandFiles;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// CPUs that age a guest's memory all the while: in turn by a harvest through the design's own
/// query, by an aging pass as through debugfs where there are generations, and by marking idle what
/// is not.
public final class Agers {
    private static final long PAUSE_NANOS = 100_000;

    private final GuestMachine machine;
    private final AgingDesign design;
    private final boolean generations;
    private final int pages;
    private final Word stop = new Word();
    private final Word gone = new Word();
    private final Word passes = new Word();
    private final Word young = new Word();
    private int agers;

    public Agers(GuestMachine machine, Scenario scenario, Configuration configuration) {
        this.machine = machine;
        design = configuration.aging().design();
        generations = configuration.lru() == Lru.MGLRU;
        pages = Math.toIntExact(scenario.backingPages());
    }

    /// Adds `n` of them.
    public void start(int n) {
        for (int i = 0; i < n; i++) {
            int turn = i;
            machine.spawn("ager" + agers++, cpu -> age(cpu, turn));
        }
    }

    private void age(Cpu cpu, int first) {
        Harvest harvest = new Harvest(machine.host(), design);
        BitSet found = new BitSet(pages);
        Walk walk = new Walk();
        for (int turn = first; cpu.load(stop) == 0; turn++) {
            switch (turn % 3) {
                case 0 -> {
                    found.clear();
                    cpu.fetchAdd(young, harvest.pass(cpu, machine.mm(), found));
                    cpu.fetchAdd(passes, 1);
                }
                case 1 -> open(cpu);
                default -> markIdle(cpu, walk);
            }
            if (machine.engine().realMemory()) {
                // There are fewer cores than actors, and passes hold locks that vCPUs need.
                cpu.sleep(PAUSE_NANOS);
            }
        }
        cpu.fetchAdd(gone, 1);
    }

    /// Opens a generation.
    private void open(Cpu cpu) {
        if (generations) {
            cpu.chargeNanos(CommandFiles.COMMAND_NANOS);
            boolean done = machine.host().reclaim().age(cpu, machine.host().memcgs().root());
            cpu.fetchAdd(passes, done ? 1 : 0);
        }
    }

    private void markIdle(Cpu cpu, Walk walk) {
        PageIdle idle = machine.host().pageIdle();
        for (Vma vma : machine.mm().vmas()) {
            for (long vpn = vma.start(); vpn < vma.end() && cpu.load(stop) == 0; vpn++) {
                int pfn = PageIdle.frame(cpu, machine.mm(), vpn, walk);
                if (pfn >= 0 && !idle.isIdle(cpu, pfn)) {
                    idle.mark(cpu, pfn);
                }
                cpu.condResched();
            }
        }
        cpu.fetchAdd(passes, 1);
    }

    /// Ends them, and waits until they are gone.
    public void stop(Cpu boss) {
        boss.store(stop, 1);
        boss.block(gone, -1, agers);
    }

    /// Finished passes.
    public long passes() {
        return passes.snapshot();
    }

    /// Pages that harvests found young, all passes together.
    public long young() {
        return young.snapshot();
    }
}
