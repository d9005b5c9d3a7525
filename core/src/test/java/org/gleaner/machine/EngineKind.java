package org.gleaner.machine;

/// The engines on which every lock test runs.
enum EngineKind {
    VIRTUAL {
        @Override
        Engine create(long seed) {
            return new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(seed));
        }
    },
    THREADS {
        @Override
        Engine create(long seed) {
            return new ThreadEngine(CostModel.named("x86-server"));
        }
    };

    abstract Engine create(long seed);

    /// Runs `bodies` under armed lock checking to the end.
    void run(long seed, Actor... bodies) {
        Engine engine = create(seed);
        for (int i = 0; i < bodies.length; i++) {
            spawnArmed(engine, "cpu" + i, bodies[i]);
        }
        engine.run();
    }

    static Cpu spawnArmed(Engine engine, String name, Actor body) {
        return engine.spawn(
                name,
                cpu -> {
                    cpu.lockDep = new LockDep();
                    body.run(cpu);
                    LockDep.checkIdle(cpu);
                });
    }

    /// The same body for `n` CPUs.
    static Actor[] times(int n, Actor body) {
        Actor[] bodies = new Actor[n];
        java.util.Arrays.fill(bodies, body);
        return bodies;
    }
}
