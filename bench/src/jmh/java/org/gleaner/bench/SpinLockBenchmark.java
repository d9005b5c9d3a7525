package org.gleaner.bench;

import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import org.gleaner.machine.BitSpinLock;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A counter under an exclusive lock.
@State(Scope.Benchmark)
public class SpinLockBenchmark {
    private final QueuedSpinLock queued = new QueuedSpinLock(LockClass.LRU_LOCK);
    private final BitSpinLock bits = new BitSpinLock(LockClass.RMAP_LOCK);
    private final long[] word = new long[64];
    private final ReentrantLock reentrant = new ReentrantLock();
    private final StampedLock stamped = new StampedLock();
    private long count;

    @Benchmark
    public long queuedSpinLock(BenchCpu state) {
        Cpu cpu = state.cpu;
        queued.lock(cpu);
        long before = count++;
        queued.unlock(cpu);
        return before;
    }

    @Benchmark
    public long bitSpinLock(BenchCpu state) {
        Cpu cpu = state.cpu;
        bits.lock(cpu, word, 32, 1);
        long before = count++;
        bits.unlock(cpu, word, 32, 1);
        return before;
    }

    @Benchmark
    public long reentrantLock() {
        reentrant.lock();
        long before = count++;
        reentrant.unlock();
        return before;
    }

    @Benchmark
    public long stampedLock() {
        long stamp = stamped.writeLock();
        long before = count++;
        stamped.unlockWrite(stamp);
        return before;
    }

    @Benchmark
    public long monitor() {
        synchronized (reentrant) {
            return count++;
        }
    }
}
