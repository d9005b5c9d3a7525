package org.gleaner.bench;

import java.util.concurrent.locks.StampedLock;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Srcu;
import org.gleaner.machine.ThreadEngine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Read sections that take no lock, around two dependent loads.
@State(Scope.Benchmark)
public class ReadSectionBenchmark {
    private final Rcu rcu = Rcu.start(new ThreadEngine(CostModel.named("x86-server")));
    private final Srcu srcu = new Srcu(LockClass.KVM_SRCU);
    private final StampedLock stamped = new StampedLock();
    private final long[] pointer = {3};
    private final long[] rows = new long[16];

    private long follow(Cpu cpu) {
        return cpu.load(rows, (int) cpu.load(pointer, 0));
    }

    @Benchmark
    public long rcu(BenchCpu state) {
        Cpu cpu = state.cpu;
        rcu.readLock(cpu);
        long seen = follow(cpu);
        rcu.readUnlock(cpu);
        return seen;
    }

    @Benchmark
    public long srcu(BenchCpu state) {
        Cpu cpu = state.cpu;
        int section = srcu.readLock(cpu);
        long seen = follow(cpu);
        srcu.readUnlock(cpu, section);
        return seen;
    }

    @Benchmark
    public long stampedRead(BenchCpu state) {
        long stamp = stamped.readLock();
        long seen = follow(state.cpu);
        stamped.unlockRead(stamp);
        return seen;
    }

    @Benchmark
    public long stampedOptimistic(BenchCpu state) {
        long stamp = stamped.tryOptimisticRead();
        long seen = follow(state.cpu);
        return stamped.validate(stamp) ? seen : -1;
    }

    @Benchmark
    public long plain(BenchCpu state) {
        return follow(state.cpu);
    }
}
