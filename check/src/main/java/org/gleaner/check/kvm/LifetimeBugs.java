package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingDesign;

/// Known bugs of when tables, roots, slots and subscriptions may go, and of who may wait for whom.
public final class LifetimeBugs {
    private LifetimeBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new OnOldKernel(
                            "no-grace-period",
                            "an unmapped table is freed at once",
                            "v1 patch 3, kvm/arm64: stage2 unmap",
                            "age-freed-root") {
                        @Override
                        public boolean waitsForReaders() {
                            return false;
                        }
                    },
                    new OnOldKernel(
                            "roots-without-rcu",
                            "an ager walks the list of roots under no lock and no RCU",
                            "review of v3: for_each_tdp_mmu_root without mmu_lock",
                            "age-freed-root") {
                        @Override
                        public boolean agesInRcu() {
                            return false;
                        }
                    },
                    new OnOldKernel(
                            "root-left-to-its-holder",
                            "a deletion marks a root that it cannot hold, and leaves it",
                            "kvm_tdp_mmu_put_root beside kvm_tdp_mmu_invalidate_roots",
                            "reset-slot-delete") {
                        @Override
                        public boolean emptiesUnheldRoots() {
                            return false;
                        }
                    },
                    new Variant(
                            "teardown-while-aging",
                            "the root is freed at once, and the subscription ended afterwards",
                            "v1 patch 3: the stage-2 root is freed after the notifier is gone",
                            "destroy-age") {
                        @Override
                        public boolean unsubscribesFirst() {
                            return false;
                        }

                        @Override
                        public boolean waitsForReaders() {
                            return false;
                        }
                    },
                    new Variant(
                            "flush-shadow-all-emptied",
                            "the end of an address space leaves the second stage as it is",
                            "review of v1 patch 3: do not empty kvm_arch_flush_shadow_all",
                            "mm-release") {
                        @Override
                        public boolean zapsAtRelease() {
                            return false;
                        }
                    },
                    new Variant(
                            "invalid-root-aged",
                            "an ager does not ask whether a root is valid",
                            "v3: for_each_tdp_mmu_root instead of its valid form",
                            "age-slot-delete") {
                        @Override
                        public boolean skipsInvalidRoots() {
                            return false;
                        }
                    },
                    new Variant(
                            "frozen-entry-altered",
                            "A is cleared by an and-not in whatever the entry is by now",
                            "review of v4 and the 0x5a0 sentinel of 6.18",
                            "age-slot-delete") {
                        @Override
                        public VmConfig config(VmConfig config) {
                            SpteFormat linux =
                                    SpteFormat.EPT.withFrozen(SpteFormat.FROZEN_LINUX_6_18);
                            return super.config(config.withArchitecture(X86.of(linux)));
                        }

                        @Override
                        public boolean age(
                                Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                            return cpu.fetchAnd(words, i, ~f.accessed) == old;
                        }
                    },
                    new Variant(
                            "slots-not-awaited",
                            "old slots are thrown away under those who read them",
                            "kvm: synchronize_srcu_expedited in kvm_swap_active_memslots",
                            "fault-slot-delete") {
                        @Override
                        public boolean waitsForSlotReaders() {
                            return false;
                        }
                    },
                    new Variant(
                            "roots-not-dropped",
                            "vCPUs are not told that their root has become invalid",
                            "kvm_mmu_zap_all_fast: requests in the same critical section",
                            "fault-zap-all") {
                        @Override
                        public boolean dropsInvalidRoots() {
                            return false;
                        }
                    },
                    new Variant(
                            "slots-lock-in-callback",
                            "a callback of an invalidation changes slots",
                            "kvm: mn_active_invalidate_count and its wait",
                            "invalidate-slots") {
                        @Override
                        public void callback(Cpu cpu, Vm vm) {
                            vm.createSlot(cpu, 2, 128, 1, 0, false);
                        }
                    },
                    new Variant(
                            "no-barrier",
                            "nothing keeps the load behind the store",
                            "x86-TSO, litmus test SB",
                            "store-buffer") {
                        @Override
                        public void barrier(Cpu cpu) {}
                    });

    /// A bug of a kernel whose last vCPU to let go of a root tears it down.
    private abstract static class OnOldKernel extends Variant {
        OnOldKernel(String name, String what, String source, String... programs) {
            super(name, what, source, programs);
        }

        @Override
        public AgingDesign design() {
            return AgingDesign.V1;
        }
    }
}
