package org.gleaner.kvm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.arch.Upkeep;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.Mailbox;
import org.gleaner.machine.RwSemaphore;

/// The vCPUs of a VM: who is to be kicked out of the guest when the second stage changes.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `all`, `boxes` | add, `kvm->lock` | volatile | who asks | volatile | a vCPU's first load of a root |
final class Vcpus {
    private final RwSemaphore lock = new RwSemaphore(LockClass.KVM_LOCK);
    private final LongAdder flushes = new LongAdder();
    private final LongAdder flushNanos = new LongAdder();
    private final Upkeep.Invalidation how;
    private volatile List<Vcpu> all = List.of();
    private volatile Mailbox[] boxes = {};

    /// None yet.
    ///
    /// @param how their cached translations are invalidated
    Vcpus(Upkeep.Invalidation how) {
        this.how = how;
    }

    /// Makes one more; it gets the next number.
    Vcpu add(Cpu cpu, Maker maker) {
        lock.downWrite(cpu);
        Vcpu vcpu = maker.make(all.size());
        List<Vcpu> more = new ArrayList<>(all);
        more.add(vcpu);
        all = List.copyOf(more);
        boxes = more.stream().map(v -> v.guest.requests.box).toArray(Mailbox[]::new);
        lock.upWrite(cpu);
        return vcpu;
    }

    /// In order of id.
    List<Vcpu> all() {
        return all;
    }

    /// Asks all for something of [VcpuRequests]. When this returns, none is in the guest that has
    /// not seen it (`kvm_make_all_cpus_request`).
    void request(Cpu cpu, long request) {
        Mailbox[] targets = boxes;
        cpu.interrupt(targets, targets.length, request);
    }

    /// `kvm_flush_remote_tlbs`: when this returns, no vCPU makes an access through a translation of
    /// before.
    void flushRemoteTlbs(Cpu cpu) {
        cpu.enter(KernelFunction.KVM_FLUSH_REMOTE_TLBS);
        long start = cpu.now();
        switch (how) {
            case INTERRUPT -> request(cpu, VcpuRequests.TLB_FLUSH);
            case BROADCAST -> {
                Mailbox[] targets = boxes;
                cpu.broadcast(targets, targets.length, VcpuRequests.TLB_INVALIDATED);
            }
        }
        flushes.increment();
        flushNanos.add(cpu.now() - start);
        cpu.exit();
    }

    /// Flushes of all vCPUs that were asked for.
    long flushes() {
        return flushes.sum();
    }

    /// What those who asked have waited for that, in nanoseconds of the engine.
    long flushNanos() {
        return flushNanos.sum();
    }

    /// No vCPU will run any more: nobody is to be kicked, and each gives back what it holds.
    void destroy(Cpu cpu) {
        boxes = new Mailbox[0];
        for (Vcpu vcpu : all) {
            vcpu.destroy(cpu);
        }
    }

    /// Makes the vCPU of a number.
    interface Maker {
        Vcpu make(int id);
    }
}
