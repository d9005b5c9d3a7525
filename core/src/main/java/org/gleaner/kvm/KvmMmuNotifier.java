package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.MmuNotifier;
import org.jspecify.annotations.Nullable;

/// A VM's subscription to its address space (`kvm_mmu_notifier_ops`): the baseline operations.
/// Those designs that add an operation of a later generation are subclasses.
///
/// Which operation takes `mmu_lock` is the difference between the designs that share this class:
///
/// | design | baseline young queries | the design's own operation |
/// |---|---|---|
/// | `locked-flush`, `locked` | write lock | - |
/// | `v1`, `v2`, `v3`, `two-bitmaps` | write lock | none |
/// | `v5-fast-only`, `v6-fast-only` | none | none |
/// | `merged` | none | - |
///
/// A plan with its lock put back takes it everywhere.
class KvmMmuNotifier extends MmuNotifier {
    private final HvaWalk walk;
    private final Vm vm;

    /// Whether the design's own operation holds `mmu_lock` for writing.
    private final boolean lock;

    private final boolean lockBaseline;
    private final boolean flush;

    KvmMmuNotifier(Vm vm, HvaWalk walk, AgingPlan plan) {
        this.vm = vm;
        this.walk = walk;
        lock = plan.lock();
        flush = plan.flush();
        lockBaseline =
                switch (plan.design()) {
                    case LOCKED_FLUSH, LOCKED, V1, V2, V3, TWO_BITMAPS -> true;
                    case V5_FAST_ONLY, V6_FAST_ONLY, MERGED -> plan.lock();
                };
    }

    /// The subscription that offers what the plan's design needs.
    static KvmMmuNotifier of(Vm vm, HvaWalk walk, AgingPlan plan) {
        return switch (plan.design()) {
            case LOCKED_FLUSH, LOCKED, MERGED -> new KvmMmuNotifier(vm, walk, plan);
            case V1 -> new FlipBitmapNotifier(vm, walk, plan);
            case V2 -> new PredicateBitmapNotifier(vm, walk, plan);
            case V3 -> new SplitBitmapNotifier(vm, walk, plan);
            case V5_FAST_ONLY -> new FastOnlyNotifier(vm, walk, plan);
            case V6_FAST_ONLY -> new FastOnlyFlagNotifier(vm, walk, plan);
            case TWO_BITMAPS -> new TwoBitmapNotifier(vm, walk, plan);
        };
    }

    @Override
    public final boolean clearFlushYoung(Cpu cpu, long start, long end) {
        cpu.enter(KernelFunction.KVM_AGE_FLUSH_HVA);
        boolean young = walk.age(cpu, start, end, true, null, null, lockBaseline, flush);
        cpu.exit();
        return young;
    }

    @Override
    public final boolean clearYoung(Cpu cpu, long start, long end) {
        cpu.enter(KernelFunction.KVM_AGE_HVA);
        boolean young = walk.age(cpu, start, end, true, null, null, lockBaseline, false);
        cpu.exit();
        return young;
    }

    @Override
    public final boolean testYoung(Cpu cpu, long vpn) {
        cpu.enter(KernelFunction.KVM_TEST_AGE_HVA);
        boolean young = walk.age(cpu, vpn, vpn + 1, false, null, null, lockBaseline, false);
        cpu.exit();
        return young;
    }

    @Override
    public final void invalidateRangeStart(Cpu cpu, long start, long end, boolean mayBlock) {
        cpu.enter(KernelFunction.KVM_UNMAP_HVA_RANGE);
        walk.invalidateStart(cpu, start, end, mayBlock);
        cpu.exit();
    }

    @Override
    public final void invalidateRangeEnd(Cpu cpu, long start, long end) {
        cpu.enter(KernelFunction.KVM_INVALIDATE_END);
        walk.invalidateEnd(cpu, start, end);
        cpu.exit();
    }

    @Override
    public final void release(Cpu cpu) {
        vm.flushShadowAll(cpu);
    }

    /// The design's own query: the two-bitmap primitive under the frame of `test_clear_young`.
    final boolean harvest(
            Cpu cpu,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate) {
        cpu.enter(KernelFunction.KVM_TEST_CLEAR_YOUNG);
        boolean any = walk.age(cpu, start, end, clear, young, predicate, lock, false);
        cpu.exit();
        return any;
    }
}
