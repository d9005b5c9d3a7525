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

/// Write sections under a lock for readers and writers.
@State(Scope.Benchmark)
public class WriteLockBenchmark {
    private final QueuedRwLock queued = new QueuedRwLock(LockClass.MMU_LOCK);
    private final RwSemaphore semaphore = new RwSemaphore(LockClass.MMAP_LOCK);
    private final StampedLock stamped = new StampedLock();
    private final ReentrantReadWriteLock reentrant = new ReentrantReadWriteLock();
    private long value;

    @Benchmark
    public long queuedRwLock(BenchCpu state) {
        Cpu cpu = state.cpu;
        queued.writeLock(cpu);
        long before = value++;
        queued.writeUnlock(cpu);
        return before;
    }

    @Benchmark
    public long rwSemaphore(BenchCpu state) {
        Cpu cpu = state.cpu;
        semaphore.downWrite(cpu);
        long before = value++;
        semaphore.upWrite(cpu);
        return before;
    }

    @Benchmark
    public long stampedLock() {
        long stamp = stamped.writeLock();
        long before = value++;
        stamped.unlockWrite(stamp);
        return before;
    }

    @Benchmark
    public long reentrantReadWriteLock() {
        reentrant.writeLock().lock();
        long before = value++;
        reentrant.writeLock().unlock();
        return before;
    }
}
