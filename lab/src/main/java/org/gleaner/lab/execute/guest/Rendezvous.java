package org.gleaner.lab.execute.guest;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// Where vCPUs and their boss meet between phases, as in the selftests: workers arrive and sleep,
/// the boss waits for all of them, takes the time and lets them go.
public final class Rendezvous {
    /// What a release adds to the generation; smaller steps are nudges.
    private static final long RELEASE = 1L << 32;

    private static final long SPIN_NANOS = 1_000;

    private final int workers;
    private final Word arrived = new Word();
    private final Word generation = new Word();

    public Rendezvous(int workers) {
        this.workers = workers;
    }

    /// A worker arrives, and returns when the boss lets it go; earlier once `gone`, which whoever
    /// makes it so follows by [#nudge]. Who stays does `nudged` then.
    public void arrive(Cpu cpu, BooleanSupplier gone, Consumer<Cpu> nudged) {
        long seen = cpu.load(generation);
        cpu.fetchAdd(arrived, 1);
        while (!gone.getAsBoolean()) {
            long now = cpu.blockChange(generation, seen);
            if (now / RELEASE != seen / RELEASE) {
                return;
            }
            seen = now;
            nudged.accept(cpu);
        }
    }

    /// Has all who wait look whether they may leave early.
    public void nudge(Cpu cpu) {
        cpu.fetchAdd(generation, 1);
    }

    /// The boss waits until all workers have arrived.
    public void awaitAll(Cpu boss) {
        boss.block(arrived, -1, workers);
        boss.store(arrived, 0);
    }

    /// As [#awaitAll], by a boss that spins, and so is at work like the workers.
    void spinForAll(Cpu boss) {
        spinUntil(boss, arrived, workers);
        boss.store(arrived, 0);
    }

    /// Spins in user space, where others may have the CPU meanwhile.
    public static void spinUntil(Cpu cpu, Word word, long value) {
        while (cpu.load(word) != value) {
            cpu.chargeNanos(SPIN_NANOS);
            cpu.standAside();
        }
    }

    /// Whether all workers have arrived.
    boolean allThere(Cpu boss) {
        return boss.load(arrived) == workers;
    }

    /// The boss lets all workers go.
    public void release(Cpu boss) {
        boss.fetchAdd(generation, RELEASE);
    }
}
