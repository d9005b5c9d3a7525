package org.gleaner.kvm.x86;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.StressCpus;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// Entries under fire from hardware and software at once: the real accessors, one word.
public final class EntryStress {
    private static final SpteFormat EPT = SpteFormat.EPT;
    private static final int WRITABLE = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;
    private static final long LEAF = EPT.makeLeaf(7, 1, WRITABLE);
    private static final long OLD_LEAF = LEAF & ~EPT.accessed;
    private static final long CLEAN_LEAF = LEAF & ~EPT.dirty;

    private EntryStress() {}

    private static boolean touch(Cpu cpu, long[] words, int access) {
        return HardwareWalk.touch(cpu, EPT, words, 0, access) == HardwareWalk.HIT;
    }

    /// Hardware sets A in an old entry while an ager looks: whoever sees it, it is not lost.
    @JCStressTest
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "Set, then harvested.")
    @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "Set after the ager looked.")
    @Outcome(expect = FORBIDDEN, desc = "The access was lost, or counted twice.")
    @State
    public static class AccessAgainstAge {
        private final long[] words = {OLD_LEAF};

        @Actor
        public void hardware(ZZZ_Result r) {
            r.r1 = touch(StressCpus.C0, words, EntryFormat.READ);
        }

        @Actor
        public void ager(ZZZ_Result r) {
            long old = StressCpus.C1.load(words, 0);
            r.r2 = Spte.age(StressCpus.C1, EPT, words, 0, old);
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r3 = EPT.isAccessed(words[0]);
        }
    }

    /// Hardware sets D while an ager clears A: D is never lost, by either way of aging.
    @JCStressTest
    @Outcome(
            id = {"true, true, true", "true, true, false"},
            expect = ACCEPTABLE,
            desc = "D is set.")
    @Outcome(expect = FORBIDDEN, desc = "D was lost.")
    @State
    public static class WriteAgainstAge {
        private final long[] words = {CLEAN_LEAF};

        @Actor
        public void hardware() {
            touch(StressCpus.C0, words, EntryFormat.WRITE);
        }

        @Actor
        public void ager(ZZZ_Result r) {
            r.r1 = Spte.age(StressCpus.C1, EPT, words, 0, StressCpus.C1.load(words, 0));
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r2 = EPT.isDirty(words[0]);
            r.r3 = EPT.isAccessed(words[0]);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"true, true, true", "true, true, false"},
            expect = ACCEPTABLE,
            desc = "D is set.")
    @Outcome(expect = FORBIDDEN, desc = "D was lost.")
    @State
    public static class WriteAgainstBlindAge {
        private final long[] words = {CLEAN_LEAF};

        @Actor
        public void hardware() {
            touch(StressCpus.C0, words, EntryFormat.WRITE);
        }

        @Actor
        public void ager(ZZZ_Result r) {
            r.r1 = Spte.ageBlind(StressCpus.C1, EPT, words, 0, StressCpus.C1.load(words, 0));
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r2 = EPT.isDirty(words[0]);
            r.r3 = EPT.isAccessed(words[0]);
        }
    }

    /// A guest write against the zap of its page: either the zapper learns of it, or it faults; and
    /// hardware never brings the entry back.
    @JCStressTest
    @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "Written, and the zapper knows.")
    @Outcome(
            id = "false, false, true",
            expect = ACCEPTABLE,
            desc = "Zapped first: the write faults.")
    @Outcome(expect = FORBIDDEN, desc = "A write was lost, or a zapped entry came back.")
    @State
    public static class WriteAgainstZap {
        private final long[] words = {CLEAN_LEAF};

        @Actor
        public void hardware(ZZZ_Result r) {
            r.r1 = touch(StressCpus.C0, words, EntryFormat.WRITE);
        }

        @Actor
        public void zapper(ZZZ_Result r) {
            long old = StressCpus.C1.load(words, 0);
            old = Spte.setExclusive(StressCpus.C1, EPT, words, 0, 1, old, SpteFormat.EMPTY);
            r.r2 = EPT.isDirty(old);
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r3 = words[0] == SpteFormat.EMPTY;
        }
    }

    /// The same for a primary entry (`ptep_get_and_clear`).
    @JCStressTest
    @Outcome(
            id = "true, true, true",
            expect = ACCEPTABLE,
            desc = "Written, and the unmapper knows.")
    @Outcome(id = "false, false, true", expect = ACCEPTABLE, desc = "Unmapped first.")
    @Outcome(expect = FORBIDDEN, desc = "A write was lost, or an unmapped entry came back.")
    @State
    public static class WriteAgainstUnmap {
        private static final PteFormat PTE = PteFormat.X86_64;
        private final long[] words = {PTE.present | PteFormat.WRITABLE | PTE.accessed};

        @Actor
        public void hardware(ZZZ_Result r) {
            r.r1 =
                    HardwareWalk.touch(StressCpus.C0, PTE, words, 0, EntryFormat.WRITE)
                            == HardwareWalk.HIT;
        }

        @Actor
        public void unmapper(ZZZ_Result r) {
            r.r2 = PTE.isDirty(Pte.getAndClear(StressCpus.C1, words, 0));
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r3 = words[0] == PteFormat.NONE;
        }
    }

    /// A fault installs into a table that is being detached: no install behind the freeze.
    @JCStressTest
    @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "Installed, and removed again.")
    @Outcome(
            id = "false, false, true",
            expect = ACCEPTABLE,
            desc = "Frozen first: the fault retries.")
    @Outcome(expect = FORBIDDEN, desc = "An install was lost, or came after the freeze.")
    @State
    public static class InstallAgainstFreeze {
        private final long[] words = {SpteFormat.EMPTY};

        @Actor
        public void fault(ZZZ_Result r) {
            long old = StressCpus.C0.load(words, 0);
            r.r1 = !EPT.isFrozen(old) && Spte.setAtomic(StressCpus.C0, EPT, words, 0, 1, old, LEAF);
        }

        @Actor
        public void detacher(ZZZ_Result r) {
            r.r2 = EPT.isPresent(Spte.freezeShared(StressCpus.C1, EPT, words, 0));
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r3 = EPT.isFrozen(words[0]);
        }
    }

    /// Two faults and a zap in shared mode on one entry: each compare-and-swap that succeeded is
    /// there.
    @JCStressTest
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The zap met the empty entry.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Installed, then zapped.")
    @Outcome(id = "false, true", expect = FORBIDDEN, desc = "Zapped what nobody installed.")
    @Outcome(expect = FORBIDDEN, desc = "Neither.")
    @State
    public static class InstallAgainstSharedZap {
        private final long[] words = {SpteFormat.EMPTY};

        @Actor
        public void fault(ZZ_Result r) {
            r.r1 = Spte.setAtomic(StressCpus.C0, EPT, words, 0, 1, SpteFormat.EMPTY, LEAF);
        }

        @Actor
        public void zapper(ZZ_Result r) {
            long old = StressCpus.C1.load(words, 0);
            r.r2 =
                    EPT.isPresent(old)
                            && Spte.setAtomic(
                                    StressCpus.C1, EPT, words, 0, 1, old, SpteFormat.EMPTY);
        }
    }
}
