package org.gleaner.bench.machine;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.gleaner.bench.heap.FullHost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;

/// Prints ordered steps and simulated faults a second of processor time of one core, beside a plain
/// heap of events that changes stacks at each.
///
/// - *locks*: 64 CPUs that take a spin lock and a reader-writer lock in turn, one in four for
///   writing, always contended. What is counted is times at which a CPU's turn came: not the steps
///   that a CPU took while it was the earliest anyway.
/// - *slab words*: nothing but single steps, each of which changes stacks.
/// - *faults*: vCPUs that write a guest for the first time, which fits: each page is a fault of the
///   second stage and one of the host, through all their locks.
///
/// Argument: rounds, of which the best counts; 5 unless given.
public final class MachineSpeed {
    private static final int CPUS = 64;
    private static final int LOCK_ROUNDS = 4_000;
    private static final int SLAB_STEPS = 40_000;
    private static final int GUEST_PAGES = 1 << 18;
    private static final CostModel COSTS = CostModel.named("x86-server");

    private MachineSpeed() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        double heap = best(rounds, () -> new HeapAndSwitch(CPUS, SLAB_STEPS).run());
        System.out.printf(Locale.ROOT, "%-44s %8s %8s %8s%n", "", "M/s", "ns", "x heap");
        print("heap of events, a change of stacks at each", heap, heap);
        print("slab words, 64 CPUs", best(rounds, MachineSpeed::slabWords), heap);
        print("contended locks, 64 CPUs", best(rounds, MachineSpeed::locks), heap);
        for (int vcpus : new int[] {1, 8, 64}) {
            print("faults, vCPUs: " + vcpus, best(rounds, () -> faults(vcpus)), heap);
        }
    }

    private static void print(String what, double perSecond, double heap) {
        System.out.printf(
                Locale.ROOT,
                "%-44s %8.2f %8.0f %8.2f%n",
                what,
                perSecond / 1e6,
                1e9 / perSecond,
                perSecond / heap);
    }

    /// How many a second the best round did of what `work` counts.
    private static double best(int rounds, LongSupplier work) {
        double best = 0;
        for (int i = 0; i < rounds; i++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long done = work.getAsLong();
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            best = Math.max(best, done * 1e9 / nanos);
        }
        return best;
    }

    private static long slabWords() {
        VirtualEngine engine = new VirtualEngine(COSTS, VirtualOptions.seed(1));
        long[] slab = new long[1];
        for (int c = 0; c < CPUS; c++) {
            engine.spawn("cpu" + c, cpu -> addAgain(cpu, slab));
        }
        engine.run();
        return engine.switches();
    }

    private static void addAgain(Cpu cpu, long[] slab) {
        long random = cpu.id + 1L;
        for (long i = 0; i < SLAB_STEPS; i++) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            cpu.chargeNanos(50 + (random & 63));
            cpu.fetchAdd(slab, 0, 1);
        }
    }

    private static long locks() {
        VirtualEngine engine = new VirtualEngine(COSTS, VirtualOptions.seed(1));
        QueuedSpinLock spin = new QueuedSpinLock(LockClass.LRU_LOCK);
        QueuedRwLock readWrite = new QueuedRwLock(LockClass.MMU_LOCK);
        for (int c = 0; c < CPUS; c++) {
            engine.spawn("cpu" + c, cpu -> lockAgain(cpu, spin, readWrite));
        }
        engine.run();
        return engine.switches();
    }

    private static void lockAgain(Cpu cpu, QueuedSpinLock spin, QueuedRwLock readWrite) {
        for (int i = 0; i < LOCK_ROUNDS; i++) {
            cpu.chargeNanos(1_000 + (i * 7_919L + cpu.id * 31L) % 997);
            spin.lock(cpu);
            cpu.chargeNanos(100);
            spin.unlock(cpu);
            if (cpu.id % 4 == 0) {
                readWrite.writeLock(cpu);
                cpu.chargeNanos(100);
                readWrite.writeUnlock(cpu);
            } else {
                readWrite.readLock(cpu);
                cpu.chargeNanos(100);
                readWrite.readUnlock(cpu);
            }
        }
    }

    private static long faults(int vcpus) {
        new FullHost(2 * GUEST_PAGES, GUEST_PAGES, vcpus).fill();
        return GUEST_PAGES;
    }
}
