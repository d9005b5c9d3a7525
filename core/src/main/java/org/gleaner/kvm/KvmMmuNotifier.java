package org.gleaner.kvm;

import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.aging.Harvester;
import org.gleaner.kvm.aging.KvmHalves;
import org.gleaner.kvm.arch.Locks;
import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.LockMode;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.Tracepoint;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifier;
import org.gleaner.mm.notifier.YoungGeneration;
import org.jspecify.annotations.Nullable;

/// A VM's subscription to its address space (`kvm_mmu_notifier_ops`): the baseline operations, and
/// the design's own query if it has one ([KvmHalves]).
///
/// Which operation takes `mmu_lock` is the difference between the designs:
///
/// | design | baseline young queries | the design's own operation |
/// |---|---|---|
/// | `locked-flush`, `locked` | write lock | - |
/// | `v1`, `v2`, `v3`, `two-bitmaps` | write lock | none |
/// | `v5-fast-only`, `v6-fast-only` | none | none |
/// | `merged` | none | - |
///
/// A plan with its lock put back takes it everywhere, and so does a second stage that cannot be
/// aged without it.
final class KvmMmuNotifier extends MmuNotifier implements Harvester {
    private final HvaWalk walk;
    private final Vm vm;

    /// How the design's own operation holds `mmu_lock`.
    private final LockMode lock;

    private final LockMode lockBaseline;
    private final boolean flush;
    private final LongAdder ageCalls = new LongAdder();
    private final LongAdder testAgeCalls = new LongAdder();
    private final LongAdder unmapCalls = new LongAdder();
    private final @Nullable YoungGeneration generation;

    KvmMmuNotifier(Vm vm, HvaWalk walk, AgingPlan plan, Locks locking) {
        this.vm = vm;
        this.walk = walk;
        lock = plan.lock() ? LockMode.WRITE : locking.age();
        lockBaseline = plan.design().locksBaseline() ? LockMode.WRITE : lock;
        flush = plan.flush();
        generation = KvmHalves.of(plan.design(), this);
    }

    @Override
    public @Nullable YoungGeneration generation() {
        return generation;
    }

    @Override
    public MmuNotifier baseline() {
        return this;
    }

    @Override
    public boolean clearFlushYoung(Cpu cpu, long start, long end) {
        ageCalls.increment();
        cpu.enter(KernelFunction.KVM_AGE_FLUSH_HVA);
        long since = Tracepoint.begin(cpu);
        boolean young = walk.age(cpu, start, end, AgeQuery.CLEAR, lockBaseline, flush);
        Tracepoint.KVM_AGE_HVA.tell(cpu, since, start, end, 0);
        cpu.exit();
        return young;
    }

    @Override
    public boolean clearYoung(Cpu cpu, long start, long end) {
        ageCalls.increment();
        cpu.enter(KernelFunction.KVM_AGE_HVA);
        long since = Tracepoint.begin(cpu);
        boolean young = walk.age(cpu, start, end, AgeQuery.CLEAR, lockBaseline, false);
        Tracepoint.KVM_AGE_HVA.tell(cpu, since, start, end, 0);
        cpu.exit();
        return young;
    }

    @Override
    public boolean testYoung(Cpu cpu, long vpn) {
        testAgeCalls.increment();
        cpu.enter(KernelFunction.KVM_TEST_AGE_HVA);
        long since = Tracepoint.begin(cpu);
        boolean young = walk.age(cpu, vpn, vpn + 1, AgeQuery.TEST, lockBaseline, false);
        Tracepoint.KVM_TEST_AGE_HVA.tell(cpu, since, vpn, 0, 0);
        cpu.exit();
        return young;
    }

    @Override
    public void invalidateRangeStart(
            Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
        unmapCalls.increment();
        cpu.enter(KernelFunction.KVM_UNMAP_HVA_RANGE);
        ZapCause cause = event.isProtection() ? ZapCause.PROTECTION : ZapCause.GONE;
        long since = Tracepoint.begin(cpu);
        walk.invalidateStart(cpu, start, end, mayBlock, cause);
        Tracepoint.KVM_UNMAP_HVA_RANGE.tell(cpu, since, start, end, 0);
        cpu.exit();
    }

    @Override
    public void invalidateRangeEnd(Cpu cpu, long start, long end) {
        cpu.enter(KernelFunction.KVM_INVALIDATE_END);
        walk.invalidateEnd(cpu, start, end);
        cpu.exit();
    }

    @Override
    public void release(Cpu cpu) {
        vm.flushShadowAll(cpu);
    }

    NotifierCalls calls() {
        return new NotifierCalls(
                ageCalls.sum(),
                testAgeCalls.sum(),
                unmapCalls.sum(),
                walk.ageLocks(LockMode.READ),
                walk.ageLocks(LockMode.WRITE));
    }

    /// The frame of `test_clear_young`.
    @Override
    public boolean harvest(Cpu cpu, long start, long end, AgeQuery query) {
        (query.clear() ? ageCalls : testAgeCalls).increment();
        cpu.enter(KernelFunction.KVM_TEST_CLEAR_YOUNG);
        long since = Tracepoint.begin(cpu);
        boolean any = walk.age(cpu, start, end, query, lock, false);
        (query.clear() ? Tracepoint.KVM_AGE_HVA : Tracepoint.KVM_TEST_AGE_HVA)
                .tell(cpu, since, start, end, 0);
        cpu.exit();
        return any;
    }
}
