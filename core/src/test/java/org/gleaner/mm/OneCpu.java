package org.gleaner.mm;

import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;

/// Engines for parts that need no host around them.
public final class OneCpu {
    private OneCpu() {}

    public static Engine engine() {
        return new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
    }

    /// Runs `bodies` on a CPU each, numbered from 0, in virtual time with lock checking.
    public static void run(Actor... bodies) {
        Engine engine = engine();
        for (Actor body : bodies) {
            engine.spawn(
                    "cpu",
                    cpu -> {
                        cpu.lockDep = new LockDep();
                        body.run(cpu);
                        LockDep.checkIdle(cpu);
                    });
        }
        engine.run();
    }
}
