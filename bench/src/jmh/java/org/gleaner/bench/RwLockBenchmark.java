package org.gleaner.bench;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.RwSemaphore;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Read sections under a lock for readers and writers.
@State(Scope.Benchmark)
public class RwLockBenchmark {
    private final QueuedRwLock queued = new QueuedRwLock(LockClass.MMU_LOCK);
    private final RwSemaphore semaphore = new RwSemaphore(LockClass.MMAP_LOCK);
    private final StampedLock stamped = new StampedLock();
    private final ReentrantReadWriteLock reentrant = new ReentrantReadWriteLock();
    private long value = 1;

    @Benchmark
    public long queuedRwLock(BenchCpu state) {
        Cpu cpu = state.cpu;
        queued.readLock(cpu);
        long seen = value;
        queued.readUnlock(cpu);
        return seen;
    }

    @Benchmark
    public long rwSemaphore(BenchCpu state) {
        Cpu cpu = state.cpu;
        semaphore.downRead(cpu);
        long seen = value;
        semaphore.upRead(cpu);
        return seen;
    }

    @Benchmark
    public long stampedLock() {
        long stamp = stamped.readLock();
        long seen = value;
        stamped.unlockRead(stamp);
        return seen;
    }

    @Benchmark
    public long reentrantReadWriteLock() {
        reentrant.readLock().lock();
        long seen = value;
        reentrant.readLock().unlock();
        return seen;
    }
}
