package org.gleaner.kvm;

import org.gleaner.kvm.mmu.CpuDirtyLog;
import org.gleaner.kvm.mmu.GuestTlb;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// Whether a vCPU is in its guest, and what must be done before it is: it has a root and what is
/// cached of its tables, has served what was asked of it, and has handed on what its hardware has
/// noted.
@OneCpu
final class GuestMode {
    private static final long SERVED_AT_ONCE =
            VcpuRequests.TLB_FLUSH | VcpuRequests.TLB_INVALIDATED | VcpuRequests.KICK;

    final VcpuRequests requests;
    final ApicAccess apic;
    final GuestTlb translations;
    final @Nullable AsyncFaults async;

    private final Vcpu vcpu;
    private final Vm vm;
    private final SecondaryMmu mmu;
    private final @Nullable CpuDirtyLog dirtyLog;
    private @Nullable MmuRoot root;
    private boolean inside;

    GuestMode(Vcpu vcpu, Vm vm, SecondaryMmu mmu, VmConfig config) {
        this.vcpu = vcpu;
        this.vm = vm;
        this.mmu = mmu;
        async = vm.newAsyncFaults(vcpu.id);
        apic = vm.newApicAccess();
        requests = new VcpuRequests(vcpu.cpu);
        CpuDirtyLog notes = config.pml() ? new CpuDirtyLog() : null;
        if (notes != null) {
            notes.turn(vm.dirtyLog().isOn(vcpu.cpu));
        }
        dirtyLog = notes;
        translations = new GuestTlb(mmu, requests.box, config.tlbEntries(), notes);
    }

    /// One access as hardware does it; see [GuestTlb#access].
    long access(Cpu cpu, long gfn, boolean write) {
        return translations.access(cpu, root().table, gfn, write);
    }

    // --- in and out --------------------------------------------------------------------------

    void enter(Cpu cpu) {
        do {
            prepare(cpu);
        } while (!entersPrepared(cpu));
    }

    private boolean entersPrepared(Cpu cpu) {
        if (async != null && async.isBusy(cpu)) {
            async.finish(cpu, vcpu);
            return false;
        }
        if (!tryEnter(cpu)) {
            requests.leaveGuest(cpu);
            return false;
        }
        return true;
    }

    /// Enters; false if something was asked before, and it must leave at once.
    boolean tryEnter(Cpu cpu) {
        if (!requests.enterGuest(cpu)) {
            return false;
        }
        inside = true;
        apic.checkFresh();
        return true;
    }

    /// Serves what has been taken, and enters.
    void serveAndEnter(Cpu cpu, long asked) {
        serve(cpu, asked);
        loadRoot(cpu);
        if (!entersPrepared(cpu)) {
            enter(cpu);
        }
    }

    void leave(Cpu cpu) {
        if (inside) {
            stepOut(cpu);
            takeLog(cpu);
        }
    }

    /// Leaves, and has yet to [#takeLog].
    void stepOut(Cpu cpu) {
        inside = false;
        requests.leaveGuest(cpu);
    }

    void takeLog(Cpu cpu) {
        if (dirtyLog != null && !dirtyLog.isEmpty()) {
            vcpu.stat.logEntries += vm.dirtyLog().take(cpu, dirtyLog);
        }
    }

    /// Nothing is to be done at an exit or an entry but to serve requests.
    boolean isPlain() {
        return async == null && dirtyLog == null;
    }

    /// Whether its hardware notes the pages whose D it sets.
    boolean logsInHardware() {
        return dirtyLog != null && dirtyLog.isOn();
    }

    // --- requests ----------------------------------------------------------------------------

    /// In guest mode: after this no request is pending, nobody else is to have the CPU, and no time
    /// has passed since that was seen.
    void servePending(Cpu cpu) {
        while (requests.arePending(cpu) || cpu.needsResched()) {
            leave(cpu);
            cpu.condResched();
            enter(cpu);
        }
    }

    /// Has a root, and has served what was asked of it.
    void prepare(Cpu cpu) {
        if (requests.arePending(cpu)) {
            serve(cpu, requests.take(cpu));
        }
        loadRoot(cpu);
    }

    /// Whether nothing is asked but what takes no step.
    static boolean isServedAtOnce(long asked) {
        return (asked & ~SERVED_AT_ONCE) == 0;
    }

    /// Does what has been asked for.
    void serve(Cpu cpu, long asked) {
        MmuRoot loaded = root;
        if ((asked & VcpuRequests.FREE_OBSOLETE_ROOTS) != 0
                && loaded != null
                && loaded.isInvalid(cpu)) {
            unload(cpu);
        }
        if ((asked & VcpuRequests.UPDATE_DIRTY_LOGGING) != 0 && dirtyLog != null) {
            dirtyLog.turn(vm.dirtyLog().isOn(cpu));
        }
        if ((asked & VcpuRequests.APIC_PAGE_RELOAD) != 0) {
            apic.reload(cpu, requests);
        }
        if ((asked & (VcpuRequests.TLB_FLUSH | VcpuRequests.TLB_INVALIDATED)) != 0) {
            translations.flush();
            vcpu.stat.flushes++;
        }
        if ((asked & VcpuRequests.TLB_FLUSH) != 0) {
            cpu.charge(Cost.INVEPT);
        }
    }

    // --- the root ----------------------------------------------------------------------------

    boolean hasRoot() {
        return root != null;
    }

    /// The root that is loaded; there is one in the guest and in a fault.
    MmuRoot root() {
        MmuRoot loaded = root;
        if (loaded == null) {
            throw new IllegalStateException("vCPU " + vcpu.id + " has no root");
        }
        return loaded;
    }

    private void loadRoot(Cpu cpu) {
        if (root == null) {
            root = mmu.acquire(cpu);
            translations.forget();
        }
    }

    /// Drops the root; the next entry loads one.
    void unload(Cpu cpu) {
        MmuRoot loaded = root;
        if (loaded != null) {
            root = null;
            mmu.release(cpu, loaded);
        }
    }
}
