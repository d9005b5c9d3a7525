package org.gleaner.lab.execute;

import java.util.BitSet;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.memcg.Memcg;

/// CPUs that age a guest's memory all the while, in turn by a harvest through the design's own query and, where
/// there are generations, by an aging pass as through debugfs.
final class Agers {
    private final GuestMachine machine;
    private final AgingDesign design;
    private final boolean generations;
    private final int pages;
    private final Word stop = new Word();
    private final Word gone = new Word();
    private final Word passes = new Word();
    private final Word young = new Word();
    private int agers;

    Agers(GuestMachine machine, Scenario scenario, Configuration configuration) {
        this.machine = machine;
        design = AgingDesign.forName(configuration.aging().label());
        generations = configuration.lru() == Lru.MGLRU;
        pages = Math.toIntExact(scenario.backingPages());
    }

    /// Adds `n` of them.
    void start(int n) {
        for (int i = 0; i < n; i++) {
            int turn = i;
            machine.spawn("ager" + agers++, cpu -> age(cpu, turn));
        }
    }

    private void age(Cpu cpu, int first) {
        Harvest harvest = new Harvest(machine.host(), design);
        BitSet found = new BitSet(pages);
        for (int turn = first; cpu.load(stop) == 0; turn++) {
            if (generations && turn % 2 == 1) {
                Memcg memcg = machine.host().rootMemcg();
                cpu.chargeNanos(GenerationTracker.COMMAND_NANOS);
                cpu.fetchAdd(passes, machine.host().reclaim().age(cpu, memcg) ? 1 : 0);
            } else {
                found.clear();
                cpu.fetchAdd(young, harvest.pass(cpu, machine.mm(), found));
                cpu.fetchAdd(passes, 1);
            }
        }
        cpu.fetchAdd(gone, 1);
    }

    /// Ends them, and waits until they are gone.
    void stop(Cpu boss) {
        boss.store(stop, 1);
        boss.block(gone, -1, agers);
    }

    /// Finished passes.
    long passes() {
        return passes.snapshot();
    }

    /// Pages that harvests found young, all passes together.
    long young() {
        return young.snapshot();
    }
}
