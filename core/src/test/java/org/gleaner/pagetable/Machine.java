package org.gleaner.pagetable;

import java.util.Arrays;
import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;

/// The engines that tests run on, with lock checking armed.
public enum Machine {
    VIRTUAL {
        @Override
        public Engine engine(long seed) {
            return new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(seed));
        }
    },
    THREADS {
        @Override
        public Engine engine(long seed) {
            return new ThreadEngine(CostModel.named("x86-server"));
        }
    };

    public abstract Engine engine(long seed);

    /// Runs one body per CPU to the end.
    public void run(long seed, Actor... bodies) {
        Engine engine = engine(seed);
        spawn(engine, bodies);
        engine.run();
    }

    public static void spawn(Engine engine, Actor... bodies) {
        for (int i = 0; i < bodies.length; i++) {
            Actor body = bodies[i];
            engine.spawn(
                    "cpu" + i,
                    cpu -> {
                        cpu.lockDep = new LockDep();
                        body.run(cpu);
                        LockDep.checkIdle(cpu);
                    });
        }
    }

    /// Runs one body on one thread.
    public static void onOneCpu(Actor body) {
        THREADS.run(0, body);
    }

    /// The same body for `n` CPUs.
    public static Actor[] times(int n, Actor body) {
        Actor[] bodies = new Actor[n];
        Arrays.fill(bodies, body);
        return bodies;
    }
}
