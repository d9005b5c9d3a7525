package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Model checking of the locks and of RCU: plain data guarded by them must be linearizable under
/// every schedule that is tried. Each promise has a twin that breaks it, which must be caught.
///
/// `-Dgleaner.lincheck=N` multiplies the schedules tried.
@Tag("long")
final class LockModelTest {
    private static final int EFFORT = Integer.getInteger("gleaner.lincheck", 1);

    /// Looks at a word in vain before a thread counts as hung: whoever is third in a queue takes
    /// more than the default.
    private static final int PATIENCE = 1_000;

    private static void check(Class<?> data, int threads, int actors) {
        new ModelCheckingOptions()
                .iterations(3)
                .invocationsPerIteration(120 * EFFORT)
                .threads(threads)
                .actorsPerThread(actors)
                .actorsBefore(0)
                .actorsAfter(1)
                .minimizeFailedScenario(false)
                .loopBound(PATIENCE)
                .check(data);
    }

    private static void mustBeCaught(Class<?> data) {
        assertThatThrownBy(() -> check(data, 2, 2)).isInstanceOf(LincheckAssertionError.class);
    }

    @Test
    void spinLockGuardsACounter() {
        check(SpinCounter.class, 3, 2);
    }

    @Test
    void rwLockGuardsAPair() {
        check(RwPair.class, 3, 2);
    }

    @Test
    void semaphoreGuardsAPair() {
        check(SemaphorePair.class, 3, 2);
    }

    @Test
    void bitLockGuardsACounter() {
        check(BitCounter.class, 3, 2);
    }

    @Test
    void rcuGuardsARow() {
        check(RcuRow.class, 2, 2);
    }

    @Test
    void srcuGuardsARow() {
        check(SrcuRow.class, 2, 2);
    }

    /// A reader that read the index before a flip counts itself into the set that is not in use.
    /// The schedule needs three switches in the right places, so it gets a search of its own.
    @Test
    void srcuWaitsForStragglers() {
        Lincheck.runConcurrentTest(800 * EFFORT, LockModelTest::oneReaderTwoWrites);
    }

    private static void oneReaderTwoWrites() {
        SrcuRow row = new SrcuRow();
        long[] seen = new long[1];
        Thread reader = new Thread(() -> seen[0] = row.read(0));
        Thread writer =
                new Thread(() -> {
                    row.write(1);
                    row.write(1);
                });
        reader.start();
        writer.start();
        join(reader);
        join(writer);
        if (seen[0] == Row.POISON) {
            throw new AssertionError("read a row that was freed");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void unlockedCounterIsCaught() {
        mustBeCaught(UnlockedCounter.class);
    }

    @Test
    void writingUnderReadLockIsCaught() {
        mustBeCaught(ReadLockedPair.class);
    }

    @Test
    void reuseWithoutGracePeriodIsCaught() {
        mustBeCaught(GracelessRow.class);
    }

    // --- data --------------------------------------------------------------------------------

    public static final class SpinCounter {
        private final Cpu[] cpus = ModelCpu.all();
        private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.LRU_LOCK);
        private int count;

        @Operation
        public int increment(@Param(gen = ThreadIdGen.class) int thread) {
            Cpu cpu = cpus[thread];
            lock.lock(cpu);
            int before = count;
            count = before + 1;
            lock.unlock(cpu);
            return before;
        }
    }

    public static final class UnlockedCounter {
        private int count;

        @Operation
        public int increment(@Param(gen = ThreadIdGen.class) int thread) {
            int before = count;
            count = before + 1;
            return before;
        }
    }

    public static final class RwPair {
        private final Cpu[] cpus = ModelCpu.all();
        private final QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        private int a;
        private int b;

        @Operation
        public int read(@Param(gen = ThreadIdGen.class) int thread) {
            lock.readLock(cpus[thread]);
            int sum = a + b;
            lock.readUnlock(cpus[thread]);
            return sum;
        }

        @Operation
        public int write(@Param(gen = ThreadIdGen.class) int thread) {
            lock.writeLock(cpus[thread]);
            int before = a;
            a = before + 1;
            b = before + 1;
            lock.writeUnlock(cpus[thread]);
            return before;
        }
    }

    public static final class ReadLockedPair {
        private final Cpu[] cpus = ModelCpu.all();
        private final QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        private int a;

        @Operation
        public int write(@Param(gen = ThreadIdGen.class) int thread) {
            lock.readLock(cpus[thread]);
            int before = a;
            a = before + 1;
            lock.readUnlock(cpus[thread]);
            return before;
        }
    }

    public static final class SemaphorePair {
        private final Cpu[] cpus = ModelCpu.all();
        private final RwSemaphore lock = new RwSemaphore(LockClass.MMAP_LOCK);
        private int a;
        private int b;

        @Operation
        public int read(@Param(gen = ThreadIdGen.class) int thread) {
            lock.downRead(cpus[thread]);
            int sum = a + b;
            lock.upRead(cpus[thread]);
            return sum;
        }

        @Operation
        public int write(@Param(gen = ThreadIdGen.class) int thread) {
            lock.downWrite(cpus[thread]);
            int before = a;
            a = before + 1;
            b = before + 1;
            lock.upWrite(cpus[thread]);
            return before;
        }
    }

    public static final class BitCounter {
        private final Cpu[] cpus = ModelCpu.all();
        private final BitSpinLock lock = new BitSpinLock(LockClass.RMAP_LOCK);
        private final long[] slab = new long[1];
        private int count;

        @Operation
        public int increment(@Param(gen = ThreadIdGen.class) int thread) {
            Cpu cpu = cpus[thread];
            lock.lock(cpu, slab, 0, 1);
            int before = count;
            count = before + 1;
            lock.unlock(cpu, slab, 0, 1);
            return before;
        }
    }

    /// A register in a row that moves with each write: three rows, so each is soon reused.
    public abstract static class Row {
        static final long POISON = -1;

        final Cpu[] cpus = ModelCpu.all();
        private final long[] rows = new long[3];
        private final long[] pointer = new long[1];
        private int next = 1;

        long readRow(Cpu cpu) {
            return cpu.load(rows, (int) cpu.load(pointer, 0));
        }

        /// Only one at a time.
        long writeRow(Cpu cpu, Runnable gracePeriod) {
            int row = next;
            next = (row + 1) % 3;
            int old = (int) cpu.load(pointer, 0);
            long value = cpu.load(rows, old) + 1;
            cpu.store(rows, row, value);
            cpu.swap(pointer, 0, row);
            gracePeriod.run();
            cpu.store(rows, old, POISON);
            return value;
        }
    }

    public static final class RcuRow extends Row {
        private final Rcu rcu = new Rcu(0);

        @Operation
        public long read(@Param(gen = ThreadIdGen.class) int thread) {
            rcu.readLock(cpus[thread]);
            long value = readRow(cpus[thread]);
            rcu.readUnlock(cpus[thread]);
            return value;
        }

        @Operation(nonParallelGroup = "writers")
        public long write(@Param(gen = ThreadIdGen.class) int thread) {
            return writeRow(cpus[thread], () -> rcu.synchronizeExpedited(cpus[thread]));
        }
    }

    public static final class SrcuRow extends Row {
        private final Srcu srcu = new Srcu(LockClass.KVM_SRCU, 0);

        @Operation
        public long read(@Param(gen = ThreadIdGen.class) int thread) {
            int section = srcu.readLock(cpus[thread]);
            long value = readRow(cpus[thread]);
            srcu.readUnlock(cpus[thread], section);
            return value;
        }

        @Operation(nonParallelGroup = "writers")
        public long write(@Param(gen = ThreadIdGen.class) int thread) {
            return writeRow(cpus[thread], () -> srcu.synchronize(cpus[thread]));
        }
    }

    public static final class GracelessRow extends Row {
        private final Rcu rcu = new Rcu(0);

        @Operation
        public long read(@Param(gen = ThreadIdGen.class) int thread) {
            rcu.readLock(cpus[thread]);
            long value = readRow(cpus[thread]);
            rcu.readUnlock(cpus[thread]);
            return value;
        }

        @Operation(nonParallelGroup = "writers")
        public long write(@Param(gen = ThreadIdGen.class) int thread) {
            return writeRow(cpus[thread], () -> {});
        }
    }
}
