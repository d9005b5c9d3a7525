package org.gleaner.machine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// Exclusion, and visibility of plain data, under each lock. Two actors each, for jcstress leaves
/// out a test with more actors than the machine has CPUs.
public final class LockStress {
    private LockStress() {}

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "All increments.")
    @Outcome(expect = FORBIDDEN, desc = "Lost one.")
    @State
    public static class SpinLockCounts {
        private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.LRU_LOCK);
        private int count;

        private void increment(Cpu cpu) {
            lock.lock(cpu);
            count++;
            lock.unlock(cpu);
        }

        @Actor
        public void a() {
            increment(StressCpus.C0);
        }

        @Actor
        public void b() {
            increment(StressCpus.C1);
        }

        @Arbiter
        public void all(I_Result r) {
            r.r1 = count;
        }
    }

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "All increments.")
    @Outcome(expect = FORBIDDEN, desc = "Lost one.")
    @State
    public static class BitLockCounts {
        private static final BitSpinLock LOCK = new BitSpinLock(LockClass.RMAP_LOCK);
        private final long[] word = new long[1];
        private int count;

        private void increment(Cpu cpu) {
            LOCK.lock(cpu, word, 0, 1);
            count++;
            LOCK.unlock(cpu, word, 0, 1);
        }

        @Actor
        public void a() {
            increment(StressCpus.C0);
        }

        @Actor
        public void b() {
            increment(StressCpus.C1);
        }

        @Arbiter
        public void all(I_Result r) {
            r.r1 = count;
        }
    }

    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Before or after the writer.")
    @Outcome(expect = FORBIDDEN, desc = "Inside the writer's section.")
    @State
    public static class RwLockReaderAndWriter {
        private final QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        private int a;
        private int b;

        @Actor
        public void writer() {
            lock.writeLock(StressCpus.C0);
            a = 1;
            b = 1;
            lock.writeUnlock(StressCpus.C0);
        }

        @Actor
        public void reader(II_Result r) {
            lock.readLock(StressCpus.C1);
            r.r1 = a;
            r.r2 = b;
            lock.readUnlock(StressCpus.C1);
        }
    }

    @JCStressTest
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Writers one by one.")
    @Outcome(expect = FORBIDDEN, desc = "Lost a write.")
    @State
    public static class RwLockTwoWriters {
        private final QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        private int a;
        private int b;

        private void write(Cpu cpu) {
            lock.writeLock(cpu);
            a++;
            b++;
            lock.writeUnlock(cpu);
        }

        @Actor
        public void first() {
            write(StressCpus.C0);
        }

        @Actor
        public void second() {
            write(StressCpus.C1);
        }

        @Arbiter
        public void all(II_Result r) {
            r.r1 = a;
            r.r2 = b;
        }
    }

    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Before or after the writer.")
    @Outcome(expect = FORBIDDEN, desc = "Inside the writer's section.")
    @State
    public static class SemaphoreReaderAndWriter {
        private final RwSemaphore lock = new RwSemaphore(LockClass.MMAP_LOCK);
        private int a;
        private int b;

        @Actor
        public void writer() {
            lock.downWrite(StressCpus.C0);
            a = 1;
            b = 1;
            lock.upWrite(StressCpus.C0);
        }

        @Actor
        public void reader(II_Result r) {
            lock.downRead(StressCpus.C1);
            r.r1 = a;
            r.r2 = b;
            lock.upRead(StressCpus.C1);
        }
    }
}
