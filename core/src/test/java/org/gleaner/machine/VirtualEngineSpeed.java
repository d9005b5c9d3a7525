package org.gleaner.machine;

import java.util.Locale;

/// Ordered steps per second of wall clock, by number of actors: `java ... VirtualEngineSpeed
/// [steps]`.
final class VirtualEngineSpeed {
    private VirtualEngineSpeed() {}

    public static void main(String[] args) {
        long steps = args.length > 0 ? Long.parseLong(args[0]) : 4_000_000;
        CostModel costs = CostModel.named("x86-server");
        for (Coroutines kind : Coroutines.values()) {
            long n = kind == Coroutines.CONTINUATION ? steps : steps / 10;
            for (int round = 0; round < 3; round++) {
                for (int actors : new int[] {1, 2, 64, 1024}) {
                    slab(costs, kind, actors, n);
                }
                lock(costs, kind, 64, n / 4);
            }
        }
    }

    /// Every step is a slab word after 50 to 113 ns of private work: nearly every one is a switch.
    private static void slab(CostModel costs, Coroutines kind, int actors, long steps) {
        VirtualEngine engine =
                new VirtualEngine(costs, VirtualOptions.seed(1).withCoroutines(kind));
        long[] slab = new long[1];
        long each = steps / actors;
        for (int a = 0; a < actors; a++) {
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        long x = cpu.id + 1L;
                        for (long i = 0; i < each; i++) {
                            x ^= x << 13;
                            x ^= x >>> 7;
                            x ^= x << 17;
                            cpu.chargeNanos(50 + (x & 63));
                            cpu.fetchAdd(slab, 0, 1);
                        }
                    });
        }
        print(kind, "slab", actors, engine, each * actors);
    }

    /// A test-and-set lock with waiting: four ordered steps and a wait per round.
    private static void lock(CostModel costs, Coroutines kind, int actors, long rounds) {
        VirtualEngine engine =
                new VirtualEngine(costs, VirtualOptions.seed(1).withCoroutines(kind));
        Word lock = new Word();
        long each = rounds / actors;
        for (int a = 0; a < actors; a++) {
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        for (long i = 0; i < each; i++) {
                            cpu.chargeNanos(20_000);
                            while (!cpu.cas(lock, 0, 1)) {
                                cpu.await(lock, -1, 0);
                            }
                            cpu.chargeNanos(100);
                            cpu.store(lock, 0);
                        }
                    });
        }
        print(kind, "lock rounds", actors, engine, each * actors);
    }

    private static void print(
            Coroutines kind, String what, int actors, VirtualEngine engine, long steps) {
        long start = System.nanoTime();
        engine.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%-14s %-12s %5d actors  %7.2f M/s  %6.1f ns each  %9d switches%n",
                kind,
                what,
                actors,
                steps / seconds / 1e6,
                seconds * 1e9 / steps,
                engine.switches());
    }
}
