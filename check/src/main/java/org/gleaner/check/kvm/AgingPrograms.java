package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.RadixTable;

/// Agers against everybody who changes or frees what they look at.
public final class AgingPrograms {
    private static final SpteFormat EPT = SpteFormat.EPT;

    private AgingPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                            "age-zap",
                            "an ager never brings back what a zap has taken",
                            "v9 patch 4: relax locking for kvm_test_age_gfn and kvm_age_gfn",
                            (stage, variant) -> ageZap(stage, variant, EPT)),
                    new Program(
                            "track-zap",
                            "the same where aging makes the access-tracked form",
                            "v9: always update A/D-disabled SPTEs atomically",
                            (stage, variant) -> ageZap(stage, variant, SpteFormat.EPT_NO_AD)),
                    new Program(
                            "age-access",
                            "an accessed bit is taken once, and no access is lost to an ager",
                            "v9 patch 3: atomic clear of the accessed bit",
                            AgingPrograms::ageAccess),
                    new Program(
                            "access-zap",
                            "the page walker never brings back what a zap has taken",
                            "Intel SDM 4.8: A and D are set with the check, in one access",
                            AgingPrograms::accessZap),
                    new Program(
                            "track-restore",
                            "tracking and restoring gives back what was there",
                            "kvm: access-tracked SPTEs and the fast page fault",
                            AgingPrograms::trackRestore),
                    new Program(
                            "two-agers",
                            "one of two agers takes the bit, and at least one reports it",
                            "review of v4: no retry of a lost compare-and-swap",
                            AgingPrograms::twoAgers),
                    new Program(
                                    "age-freed-root",
                                    "a table is freed only after every lockless walk of it",
                                    "v1 patch 3, unmapping on arm64; v2: RCU-protected page tables",
                                    AgingPrograms::ageFreedRoot)
                            .within(3),
                    new Program(
                                    "age-slot-delete",
                                    "agers pass over invalid roots and leave detached tables alone",
                                    "review of v4: frozen SPTEs; v3: the roots' list",
                                    AgingPrograms::ageSlotDelete)
                            .within(3),
                    new Program(
                            "window",
                            "a pass takes exactly the accessed bits that it claims",
                            "v1 to v3, walk_pte_range: clear_spte_young, skip_spte_young",
                            AgingPrograms::window),
                    new Program(
                            "two-vms",
                            "a page that only the second of two VMs has used is reported",
                            "v2 patch 2, mmu_notifier_test_clear_young",
                            AgingPrograms::twoVms),
                    new Program(
                            "dirty-zap",
                            "a write that went through is seen by the zap that ends it",
                            "v9 patch 5: spte_needs_atomic_update",
                            AgingPrograms::dirtyZap),
                    new Program(
                            "age-locked",
                            "young queries, under a page table's lock, do not sleep",
                            "Documentation/mm: mmu_notifier_ops, clear_young",
                            AgingPrograms::ageLocked),
                    new Program(
                            "non-leaf",
                            "a table that only a guest enters is not skipped by the walk",
                            "v3, walk_pmd_range: no non-leaf young bit with secondary MMUs",
                            AgingPrograms::nonLeaf),
                    new Program(
                            "age-under-lock",
                            "an ager passes a held mmu_lock",
                            "v9 cover letter: lockless aging",
                            AgingPrograms::ageUnderLock));

    private static void ageZap(Stage stage, Variant variant, SpteFormat format) {
        VmStage vm = new VmStage(stage, variant, 1, format);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("evict", (cpu, vcpu) -> vm.space.evict(cpu, 0));
        vm.actor("ager", cpu -> vm.age(cpu, 0));
        vm.destroyAfter();
    }

    private static void ageAccess(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor(
                "ager",
                cpu -> {
                    Finding.check(vm.notifiers().testYoung(cpu, 0), "a young page is called old");
                    vm.age(cpu, 0);
                });
        vm.destroyAfter();
    }

    private static void accessZap(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.notifiers().clearYoung(cpu, 0, 1);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    private static void trackRestore(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1, SpteFormat.EPT_NO_AD);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vcpu.access(cpu, 0, false);
                    vcpu.access(cpu, 0, true);
                });
        vm.actor("ager", cpu -> vm.age(cpu, 0));
        vm.destroyAfter();
    }

    private static void twoAgers(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        boolean[] young = new boolean[2];
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("ager0", (cpu, vcpu) -> young[0] = vm.age(cpu, 0));
        vm.actor("ager1", cpu -> young[1] = vm.age(cpu, 0));
        stage.after(cpu -> {
            Finding.check(young[0] || young[1], "nobody reports a young page");
            Finding.check(vm.vm().countLeaves(cpu, true) == 0, "two agers leave a page young");
            vm.vm().destroy(cpu);
        });
    }

    private static void ageFreedRoot(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor("ager", cpu -> vm.age(cpu, 0));
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.resetContext(cpu));
        vm.checkAfter();
    }

    private static void ageSlotDelete(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu(
                "slots",
                (cpu, vcpu) -> {
                    vm.vm().deleteSlot(cpu, 0);
                    vcpu.resetContext(cpu);
                });
        vm.actor("ager", cpu -> vm.age(cpu, 0));
        vm.checkAfter();
    }

    /// Pages 1 to 3 are young, and a guest makes page 0 so meanwhile. The pass claims 0 and 1, and
    /// skips the others, which are another cgroup's.
    private static void window(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 4);
        SecondaryAging.Window window = vm.aging().newWindow();
        int[] claimed = new int[4];
        vm.ready((cpu, vcpu) -> {
            for (int page = 0; page < 4; page++) {
                vcpu.access(cpu, page, false);
            }
            vm.notifiers().clearYoung(cpu, 0, 1);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, false));
        vm.actor(
                "walk",
                cpu -> {
                    window.begin(vm.notifiers(), 0, 4);
                    for (int page = 0; page < 4; page++) {
                        pass(cpu, window, claimed, page);
                    }
                    window.finish(cpu);
                });
        stage.after(cpu -> {
            for (int page = 0; page < 4; page++) {
                boolean young = vm.notifiers().testYoung(cpu, page);
                if (claimed[page] == 0) {
                    Finding.check(young, "page " + page + " lost a bit nobody claimed");
                } else if (page != 0) {
                    Finding.check(!young, "page " + page + " keeps a bit that was claimed");
                }
            }
        });
    }

    private static void pass(Cpu cpu, SecondaryAging.Window window, int[] claimed, int page) {
        if (window.test(cpu, page, false)) {
            if (page < 2) {
                claimed[page] = window.clear(cpu, page) ? 1 : 0;
            } else {
                window.skip(cpu, page);
            }
        }
    }

    /// Page 1 is young in the first VM, page 0 in the second.
    private static void twoVms(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 2);
        SecondaryAging.Window window = vm.aging().newWindow();
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 1, false);
            vm.secondVm(cpu).newVcpu(cpu).access(cpu, 0, false);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 1, false));
        vm.actor(
                "walk",
                cpu -> {
                    window.begin(vm.notifiers(), 0, 2);
                    for (int page = 0; page < 2; page++) {
                        boolean young = window.test(cpu, page, false) && window.clear(cpu, page);
                        Finding.check(young, "page " + page + " is young, and called old");
                    }
                    window.finish(cpu);
                });
    }

    /// One leaf of a table of its own, writable and not dirty; hardware writes while the holder of
    /// `mmu_lock` takes it away.
    private static void dirtyZap(Stage stage, Variant variant) {
        long[] words = new long[1];
        long clean =
                EPT.makeLeaf(7, RadixTable.LEVEL_4K, SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE)
                        & ~EPT.dirty;
        words[0] = clean;
        boolean[] wrote = new boolean[1];
        long[] zapped = new long[1];
        stage.actor(
                "hardware",
                cpu ->
                        wrote[0] =
                                HardwareWalk.touch(cpu, EPT, words, 0, EntryFormat.WRITE)
                                        == HardwareWalk.HIT);
        stage.actor(
                "zap",
                cpu -> {
                    long old = cpu.load(words, 0);
                    zapped[0] = variant.take(cpu, EPT, words, 0, 1, old, EPT.empty);
                });
        stage.after(cpu ->
                Finding.check(
                        !wrote[0] || EPT.isDirty(zapped[0]),
                        "lost update: the guest wrote, and the page is called clean"));
    }

    private static void ageLocked(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        QueuedSpinLock ptl = new QueuedSpinLock(LockClass.PTE_LOCK);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor(
                "ager",
                cpu -> {
                    ptl.lock(cpu);
                    vm.age(cpu, 0);
                    ptl.unlock(cpu);
                });
        vm.checkAfter();
    }

    /// What the page-table walk decides before it looks at a table (`walk_pmd_range`): hardware has
    /// not entered it on behalf of the host, so its own accessed bit is clear.
    private static void nonLeaf(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        SecondaryAging.Window window = vm.aging().newWindow();
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, false));
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, false));
        vm.actor(
                "walk",
                cpu -> {
                    boolean skips = vm.aging().trustsNonLeafYoung();
                    window.begin(vm.notifiers(), 0, 1);
                    boolean young = !skips && window.test(cpu, 0, false) && window.clear(cpu, 0);
                    window.finish(cpu);
                    Finding.check(young, "a page in use by a guest is called old by the walk");
                });
    }

    /// A zap that does not go on before the ager is through.
    private static void ageUnderLock(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 2);
        Word aged = new Word();
        vm.configure(c ->
                c.withSteps(
                        new SpteSteps() {
                            @Override
                            public long take(
                                    Cpu cpu,
                                    SpteFormat f,
                                    long[] words,
                                    int i,
                                    int level,
                                    long old,
                                    long empty) {
                                cpu.await(aged, -1, 1);
                                return super.take(cpu, f, words, i, level, old, empty);
                            }
                        }));
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vcpu.access(cpu, 1, true);
        });
        vm.vcpu("evict", (cpu, vcpu) -> vm.space.evict(cpu, 0));
        vm.actor(
                "ager",
                cpu -> {
                    vm.age(cpu, 1);
                    cpu.store(aged, 1);
                });
        vm.checkAfter();
    }
}
