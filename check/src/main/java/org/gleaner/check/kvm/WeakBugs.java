package org.gleaner.check.kvm;

import java.util.Arrays;
import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.arm64.Stage2Steps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.pagetable.TableSlab;

/// Known bugs that only weakly ordered memory shows: a barrier is missing, and no order of the
/// steps as they are written goes wrong.
public final class WeakBugs {
    private WeakBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "message-not-released",
                            "a message is announced by a plain store",
                            "litmus test MP+po+acq",
                            "message") {
                        @Override
                        public MemoryOrder publishes() {
                            return MemoryOrder.PLAIN;
                        }
                    },
                    new Variant(
                            "message-not-acquired",
                            "who has seen the announcement reads the message by an early load",
                            "litmus test MP+rel+po",
                            "message") {
                        @Override
                        public MemoryOrder looks() {
                            return MemoryOrder.PLAIN;
                        }
                    },
                    new Steps(
                            "arm64-link-not-released",
                            "a table is cleared as it is taken, and linked by a plain store",
                            "stage2_make_pte without its release",
                            new Linking(MemoryOrder.PLAIN),
                            "arm64-link"),
                    new Steps(
                            "arm64-no-dsb",
                            "an entry is cleared, and invalidated without a barrier between",
                            "dsb(ishst) before tlbi; Arm ARM, ordering of translation table updates",
                            new Clearing(false),
                            "arm64-evict"));

    /// How a table is linked that is cleared no earlier.
    public static final class Linking extends Stage2Steps {
        private final MemoryOrder makes;

        public Linking(MemoryOrder makes) {
            this.makes = makes;
        }

        /// It comes with what was in it, and is cleared now.
        @Override
        public void takes(Cpu cpu, TableSlab slab, int table) {
            fill(cpu, slab, table, TableSlab.POISON);
            cpu.fence();
            fill(cpu, slab, table, 0);
        }

        private static void fill(Cpu cpu, TableSlab slab, int table, long value) {
            long[] words = slab.words(table);
            int base = slab.base(table);
            int n = 1 << slab.geometry.tableShift;
            cpu.writes(words, base, n);
            Arrays.fill(words, base, base + n, value);
        }

        @Override
        public MemoryOrder makeOrder() {
            return makes;
        }
    }

    /// How an unmap clears an entry (`kvm_clear_pte`: by `WRITE_ONCE`).
    public static final class Clearing extends Stage2Steps {
        private final boolean ordered;

        /// @param ordered whether a barrier follows
        public Clearing(boolean ordered) {
            this.ordered = ordered;
        }

        @Override
        public long clear(Cpu cpu, long[] words, int i, long empty) {
            long old = cpu.load(words, i);
            cpu.only(MemoryOrder.PLAIN);
            cpu.store(words, i, empty);
            return old;
        }

        @Override
        public void beforeInvalidation(Cpu cpu) {
            if (ordered) {
                super.beforeInvalidation(cpu);
            }
        }
    }

    /// A VM whose steps are these.
    public static final class Steps extends Variant {
        private final Stage2Steps steps;

        public Steps(
                String name, String what, String source, Stage2Steps steps, String... programs) {
            super(name, what, source, programs);
            this.steps = steps;
        }

        @Override
        public Stage2Steps stage2() {
            return steps;
        }
    }
}
