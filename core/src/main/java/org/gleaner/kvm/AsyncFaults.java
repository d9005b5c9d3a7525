package org.gleaner.kvm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Word;

/// A vCPU's faults on pages that are not there and that a worker fetches in its place
/// (`kvm_vcpu.async_pf`).
///
/// ```
/// vCPU                                      worker
/// looks the page up without sleeping: no
/// queues it; "page not present"
/// halts, or its guest does something else   looks it up, sleeps, puts it
///                                           done; wakes the vCPU
/// before its next entry: faults on the
/// page, for no access; "page ready"
/// ```
///
/// A page that is on its way already, more than [#MOST] pages, and one of a read-only slot: for the
/// first the vCPU halts, the others it fetches itself.
///
/// A page that cannot be had at all is told from one that is late by nobody: under `NOWAIT` both
/// need I/O. The fault that follows the worker sleeps, if it must, and so learns the error; the
/// next access then fetches the page itself and gets that error, where Linux hands it over again
/// and again.
@OneCpu
public final class AsyncFaults {
    /// Whether there are any, and who does what meanwhile.
    public enum Mode {
        /// A vCPU fetches its pages itself.
        OFF,

        /// The guest knows nothing of it: the vCPU halts until a page is there.
        HALT,

        /// The guest is told, and may do something else ([Vcpu#PAGE_NOT_PRESENT]).
        PARAVIRTUAL
    }

    /// Pages of a vCPU that may be on their way (`ASYNC_PF_PER_VCPU`).
    static final int MOST = 64;

    private static final int NUMBER_SHIFT = 12;

    /// Pages that were fetched, behind the lock of [AsyncWork].
    @Guarded("async_pf->lock")
    final Deque<AsyncWork.Page> done = new ArrayDeque<>();

    /// Moves with each of them; the halted vCPU sleeps on it.
    final Word finished = new Word();

    private final AsyncWork work;
    private final PageFault faults;
    private final Mode mode;
    private final ProtocolSteps steps;
    private final int vcpuId;
    private final Fault fault = new Fault();
    private final Set<Long> pending = new HashSet<>();

    /// A page that could not be had the last time, or -1.
    private long hopeless = -1;

    private long taken;
    private boolean halted;
    private long told;
    private final Deque<Long> ready = new ArrayDeque<>();

    // Counts, for reports.
    private long queued;
    private long halts;
    private long fixed;
    private long failed;

    AsyncFaults(AsyncWork work, PageFault faults, Mode mode, ProtocolSteps steps, int vcpuId) {
        this.work = work;
        this.faults = faults;
        this.mode = mode;
        this.steps = steps;
        this.vcpuId = vcpuId;
    }

    /// Has a worker fetch a page of `slot`; false if the vCPU must do that itself.
    boolean handOver(Cpu cpu, Memslot slot, Fault missing) {
        long gfn = missing.gfn;
        told = 0;
        if (pending.contains(gfn)) {
            halt();
            return true;
        }
        boolean delivers = hopeless == gfn && steps.deliversFailedAsyncFaults();
        if (delivers || slot.readOnly() || pending.size() >= MOST) {
            hopeless = -1;
            return false;
        }
        queued++;
        pending.add(gfn);
        if (mode == Mode.PARAVIRTUAL && ready.size() < MOST) {
            told = queued << NUMBER_SHIFT | vcpuId;
        } else {
            halt();
        }
        work.add(cpu, new AsyncWork.Page(this, gfn, slot.vpnOf(gfn), missing.write, told));
        return true;
    }

    private void halt() {
        halted = true;
        halts++;
    }

    /// Whether the guest is told of the page that was handed over last.
    boolean tellsGuest() {
        return told != 0;
    }

    /// Whether there is something to do before the vCPU can be in its guest.
    boolean isBusy(Cpu cpu) {
        return halted || taken != cpu.load(finished);
    }

    /// `kvm_check_async_pf_completion`: faults on a page that has come; sleeps if the vCPU is
    /// halted and none has.
    void finish(Cpu cpu, Vcpu vcpu) {
        if (halted && taken == cpu.load(finished)) {
            cpu.blockChange(finished, taken);
            return;
        }
        AsyncWork.Page page = work.takeDone(cpu, this);
        taken++;
        fault.gfn = page.gfn();
        fault.write = page.write();
        long result = faults.prefetch(cpu, vcpu, fault);
        if (result == RetPf.FIXED) {
            fixed++;
        } else if (result < 0) {
            failed++;
            hopeless = page.gfn();
        }
        pending.remove(page.gfn());
        halted = false;
        if (page.token() != 0) {
            ready.add(page.token());
        }
    }

    /// For the guest: the token of a page that has come ("page ready"), each once; 0 if there is
    /// none. Whoever takes none is told of no more than [#MOST], and halted from then on.
    public long takeReady() {
        return ready.isEmpty() ? 0 : ready.remove();
    }

    /// For the guest: the token of the page that it was told last is not there; 0 if the vCPU was
    /// halted in place of that.
    public long token() {
        return told;
    }

    // --- counts ------------------------------------------------------------------------------

    /// Pages that were handed over.
    public long queued() {
        return queued;
    }

    /// Times that the vCPU was halted.
    public long halts() {
        return halts;
    }

    /// Faults on pages that had come which mapped them; others found them mapped, or overtaken.
    public long fixed() {
        return fixed;
    }

    /// Faults on pages that could not be had even then.
    public long failed() {
        return failed;
    }
}
