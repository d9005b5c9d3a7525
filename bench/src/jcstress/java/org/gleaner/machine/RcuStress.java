package org.gleaner.machine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/// A reader follows a pointer to a row that an updater unlinks, waits for, and poisons.
public final class RcuStress {
    private static final long POISON = -1;

    private RcuStress() {}

    /// Row 0 holds 10, row 1 holds 11; the pointer moves from 0 to 1.
    private static final class Rows {
        final long[] pointer = new long[1];
        final long[] values = {10, 11};

        long read(Cpu cpu) {
            return cpu.load(values, (int) cpu.load(pointer, 0));
        }

        void unlink(Cpu cpu) {
            cpu.store(pointer, 0, 1);
        }

        void poison(Cpu cpu) {
            cpu.store(values, 0, POISON);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"10", "11"},
            expect = ACCEPTABLE,
            desc = "The old row or the new one.")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "Read what was freed.")
    @State
    public static class RcuReader {
        private final Rows rows = new Rows();
        private final Rcu rcu = new Rcu(0);

        public RcuReader() {
            // The reader's line exists: what is tested is the publishing, not the making.
            rcu.readLock(StressCpus.C0);
            rcu.readUnlock(StressCpus.C0);
        }

        @Actor
        public void reader(J_Result r) {
            rcu.readLock(StressCpus.C0);
            r.r1 = rows.read(StressCpus.C0);
            rcu.readUnlock(StressCpus.C0);
        }

        @Actor
        public void updater() {
            rows.unlink(StressCpus.C1);
            rcu.awaitReaders(StressCpus.C1, 1);
            rows.poison(StressCpus.C1);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"10", "11"},
            expect = ACCEPTABLE,
            desc = "The old row or the new one.")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "Read what was freed.")
    @State
    public static class RcuFirstReader {
        private final Rows rows = new Rows();
        private final Rcu rcu = new Rcu(0);

        @Actor
        public void reader(J_Result r) {
            rcu.readLock(StressCpus.C0);
            r.r1 = rows.read(StressCpus.C0);
            rcu.readUnlock(StressCpus.C0);
        }

        @Actor
        public void updater() {
            rows.unlink(StressCpus.C1);
            rcu.awaitReaders(StressCpus.C1, 1);
            rows.poison(StressCpus.C1);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"10", "11"},
            expect = ACCEPTABLE,
            desc = "The old row or the new one.")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "Read what was freed.")
    @State
    public static class SrcuReader {
        private final Rows rows = new Rows();
        private final Srcu srcu = new Srcu(LockClass.KVM_SRCU, 0);

        public SrcuReader() {
            srcu.readUnlock(StressCpus.C0, srcu.readLock(StressCpus.C0));
        }

        @Actor
        public void reader(J_Result r) {
            int section = srcu.readLock(StressCpus.C0);
            r.r1 = rows.read(StressCpus.C0);
            srcu.readUnlock(StressCpus.C0, section);
        }

        @Actor
        public void updater() {
            rows.unlink(StressCpus.C1);
            srcu.synchronize(StressCpus.C1);
            rows.poison(StressCpus.C1);
        }
    }

    /// The control: a reader that announces itself by a release store, without the fence that
    /// [Cpu#publish] promises, can be overlooked.
    @JCStressTest
    @Outcome(
            id = {"10", "11"},
            expect = ACCEPTABLE,
            desc = "The old row or the new one.")
    @Outcome(
            id = "-1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Read what was freed: the fence is needed on this hardware.")
    @State
    public static class ReaderWithoutFence {
        private final Rows rows = new Rows();
        private final long[] section = new long[1];

        @Actor
        public void reader(J_Result r) {
            StressCpus.C0.store(section, 0, 1);
            r.r1 = rows.read(StressCpus.C0);
            StressCpus.C0.store(section, 0, 2);
        }

        @Actor
        public void updater() {
            rows.unlink(StressCpus.C1);
            java.lang.invoke.VarHandle.fullFence();
            while (StressCpus.C1.load(section, 0) == 1) {
                Thread.onSpinWait();
            }
            rows.poison(StressCpus.C1);
        }
    }
}
