package org.gleaner.check.kvm;

import static org.gleaner.mm.aging.AgingDesign.MERGED;
import static org.gleaner.mm.aging.AgingDesign.TWO_BITMAPS;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.notifier.TwoBitmapYoung;
import org.gleaner.pagetable.RadixTable;

/// Agers of arm64's second stage against everybody who changes or frees what they look at, each of
/// three kinds: under the lock, as merged; under RCU alone; and under the lock beside faults.
public final class Stage2Programs {
    /// Of a block.
    private static final int PAGES =
            Arm64.HARDWARE_FLAG.geometries().getFirst().entries(RadixTable.LEVEL_4K);

    private Stage2Programs() {}

    public static final List<Program> ALL = all();

    private interface Body {
        void build(Stage stage, Variant variant, Stage2Aging aging);
    }

    private static List<Program> all() {
        List<Program> all = new ArrayList<>();
        add(
                all,
                "break",
                "what a fault has broken is its own until it is made: block to table",
                "stage2_try_break_pte; review of v1 patch 3: LOCKED is bit 10, too",
                Stage2Programs::breaksBlock);
        add(
                all,
                "join",
                "the same from table to block, whose table is freed after every walk of it",
                "stage2_map_walk_table_pre, and its free after a grace period",
                Stage2Programs::joinsTable);
        add(
                all,
                "make",
                "the same with a page that had no entry, in a table that is there",
                "stage2_try_break_pte, of an entry that is not counted",
                Stage2Programs::makesLeaf);
        add(
                all,
                "unmap",
                "a table that an unmap has emptied is freed only after every walk of it",
                "v1 patch 3: stage2_unmap_walker and its RCU hook",
                Stage2Programs::unmaps);
        add(
                all,
                "relax",
                "an ager takes the flag of an entry, and no right that it gains meanwhile",
                "kvm_pgtable_stage2_relax_perms",
                Stage2Programs::relaxes);
        add(
                all,
                "protect",
                "an ager gives no right back that the dirty log takes meanwhile",
                "kvm_pgtable_stage2_wrprotect; review of v2 and v3: walkers that store plainly",
                Stage2Programs::protects);
        add(
                all,
                "split",
                "a block that a log splits is no block again, and a table that takes its place stays",
                "kvm_pgtable_stage2_split",
                Stage2Programs::splitsBlock);
        add(
                all,
                "flag",
                "a flag that a fault sets is taken once, and the access goes through",
                "handle_access_fault",
                Stage2Programs::setsFlag);
        add(
                all,
                "release",
                "the root of an address space that ends is freed after every walk of it",
                "kvm_arch_flush_shadow_all; review of v1 patch 3: do not empty it",
                Stage2Programs::releases);
        add(
                all,
                "block",
                "a page is reported as the page that it is, also in a block",
                "v1 patch 3: the bit is that of the visited address",
                Stage2Programs::reportsOfBlock);
        return List.copyOf(all);
    }

    private static void add(
            List<Program> all, String what, String checks, String source, Body body) {
        add(all, what + "-locked", checks, source, body, Stage2Aging.LOCKED);
        add(all, what + "-rcu", checks + ", with no lock", source, body, Stage2Aging.LOCKLESS);
        add(all, what + "-read", checks + ", beside faults", source, body, Stage2Aging.SHARED);
    }

    private static void add(
            List<Program> all,
            String name,
            String checks,
            String source,
            Body body,
            Stage2Aging aging) {
        all.add(
                new Program(
                                "arm64-" + name,
                                checks,
                                source,
                                (stage, variant) -> body.build(stage, variant, aging))
                        .within(3)
                        .portable());
    }

    private static VmStage blocks(Stage stage, Variant variant, Stage2Aging aging) {
        return blocks(stage, variant, MERGED, aging);
    }

    private static VmStage blocks(
            Stage stage, Variant variant, AgingDesign design, Stage2Aging aging) {
        VmStage vm = new VmStage(stage, variant, PAGES, design, aging, true);
        vm.space.largeBut(2);
        return vm;
    }

    /// A guest that writes to a page, and then must find there what it wrote.
    private static void writesSeven(VmStage vm, int page) {
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, page, 0, true, 7);
                    FaultPrograms.readsSeven(cpu, vcpu, page);
                });
    }

    private static void ages(VmStage vm, int page) {
        vm.actor("ager", cpu -> vm.notifiers().clearYoung(cpu, page, page + 1));
    }

    /// A block from before the dirty log, which wants small leaves.
    private static void breaksBlock(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = blocks(stage, variant, aging);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 1, true);
            vm.vm().dirtyLog().begin(cpu, 0);
        });
        writesSeven(vm, 1);
        ages(vm, 1);
        vm.destroyAfter();
    }

    /// The log splits the block when it begins.
    private static void splitsBlock(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = blocks(stage, variant, aging);
        vm.ready((cpu, vcpu) -> {
            vm.vm().dirtyLog().splitEagerly(true);
            vcpu.access(cpu, 1, true);
        });
        vm.vcpu("migration", (cpu, vcpu) -> vm.vm().dirtyLog().begin(cpu, 0));
        ages(vm, 1);
        vm.destroyAfter();
    }

    /// Page 2 is mapped small, and page 1 by a block that takes the place of its table.
    private static void joinsTable(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = blocks(stage, variant, aging);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 2, true));
        writesSeven(vm, 1);
        ages(vm, 2);
        vm.destroyAfter();
    }

    /// Page 1 has its table made before.
    private static void makesLeaf(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = new VmStage(stage, variant, 2, MERGED, aging, true);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 1, true));
        writesSeven(vm, 0);
        ages(vm, 0);
        vm.destroyAfter();
    }

    private static void unmaps(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = new VmStage(stage, variant, 1, MERGED, aging, true);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("evict", (cpu, vcpu) -> vm.space.evict(cpu, 0));
        ages(vm, 0);
        vm.destroyAfter();
    }

    private static VmStage logged(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = new VmStage(stage, variant, 1, MERGED, aging, true);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.vm().dirtyLog().begin(cpu, 0);
        });
        return vm;
    }

    /// The dirty log has taken the right to write.
    private static void relaxes(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = logged(stage, variant, aging);
        writesSeven(vm, 0);
        ages(vm, 0);
        vm.destroyAfter();
    }

    private static void protects(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = logged(stage, variant, aging);
        vm.vcpu(
                "migration",
                (cpu, vcpu) -> {
                    vcpu.access(cpu, 0, true);
                    vm.vm().dirtyLog().get(cpu, 0);
                });
        ages(vm, 0);
        vm.destroyAfter();
    }

    private static void setsFlag(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = new VmStage(stage, variant, 1, MERGED, aging, false);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.notifiers().clearYoung(cpu, 0, 1);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        ages(vm, 0);
        vm.destroyAfter();
    }

    private static void releases(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = new VmStage(stage, variant, 1, MERGED, aging, true);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu(
                "exit",
                (cpu, vcpu) -> {
                    vm.notifiers().release(cpu);
                    Finding.check(
                            vm.vm().countLeaves(cpu, false) == 0,
                            "use after free: the address space is gone, and its page is mapped");
                });
        ages(vm, 0);
        vm.checkAfter();
    }

    /// The guest uses another page of the same block meanwhile.
    private static void reportsOfBlock(Stage stage, Variant variant, Stage2Aging aging) {
        VmStage vm = blocks(stage, variant, TWO_BITMAPS, aging);
        long[] young = new long[1];
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 1, true));
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 3, true));
        vm.actor(
                "ager",
                cpu -> {
                    long[] mayBeCleared = {1L << 63};
                    TwoBitmapYoung.testClearYoung(
                            cpu, vm.notifiers(), 300, 364, true, young, mayBeCleared);
                    Finding.check(young[0] == -1, "a page of a young block is called old");
                });
        vm.destroyAfter();
    }
}
