package org.gleaner.kvm;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.GuestTlb;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.SlabTurns;
import org.gleaner.pagetable.HardwareWalk;
import org.jspecify.annotations.Nullable;

/// From an access that faults to where its page is looked up; and, as long as the host is about to
/// take that page away, back into the guest and out again.
///
/// ```
///   LEAVE --> SNAPSHOT --> (the page is looked up, on the stack)
///     ^           | overtaken
///   ACCESS        v
///     ^          ASK ------> TAKE
///     |           v           |
///   POLL <----- ENTER <-------+
///     | asked     | asked
///     +--> BACK <-+
///           +--> ASK
/// ```
///
/// A vCPU that faults on a page under invalidation does nothing else, again and again, and under
/// pressure most of the vCPUs do at any time. None of it needs a stack, and so it comes as turns.
/// Where something unusual is to be done, the turns stop, and [#finish] does it.
@OneCpu
final class Refault extends SlabTurns {
    private enum Turn {
        LEAVE,
        SNAPSHOT,
        ASK,
        TAKE,
        ENTER,
        BACK,
        POLL,
        ACCESS
    }

    private final Vcpu vcpu;
    private final GuestMode guest;
    private final PageFault faults;
    private final Fault fault = new Fault();
    private Turn at = Turn.LEAVE;

    /// What the last access found.
    private long leaf;

    /// When it faulted, in nanoseconds, and whether that fault is still under way.
    private long since;

    private boolean underWay;

    /// That fault's read section, and the slot of its page.
    private int section;

    private @Nullable Memslot slot;

    /// What was asked of the vCPU, taken and not served yet.
    private long asked;

    Refault(Vcpu vcpu, PageFault faults) {
        this.vcpu = vcpu;
        guest = vcpu.guest;
        this.faults = faults;
    }

    /// The vCPU, in guest mode, has just faulted.
    ///
    /// @param found how, as [GuestTlb#access] says it
    Refault of(Cpu cpu, long gfn, boolean write, long found) {
        fault.gfn = gfn;
        fault.write = write;
        faults(cpu, found);
        return this;
    }

    private void faults(Cpu cpu, long found) {
        leaf = found;
        since = cpu.now();
        underWay = true;
        at = Turn.LEAVE;
    }

    /// What the last access found: a leaf, and the vCPU is in the guest; or a fault, which is to be
    /// [finished][#finish].
    long leaf() {
        return leaf;
    }

    @Override
    protected boolean step(Cpu cpu) {
        return switch (at) {
            case LEAVE -> leave(cpu);
            case SNAPSHOT -> snapshot(cpu);
            case ASK -> {
                asked = 0;
                at = guest.requests.arePending(cpu) ? Turn.TAKE : Turn.ENTER;
                yield at == Turn.TAKE || guest.hasRoot() && !cpu.needsResched();
            }
            case TAKE -> {
                asked = guest.requests.take(cpu);
                at = Turn.ENTER;
                yield GuestMode.isServedAtOnce(asked) && guest.hasRoot() && serve(cpu);
            }
            case ENTER -> {
                at = enter(cpu) ? Turn.POLL : Turn.BACK;
                yield true;
            }
            case BACK -> {
                guest.stepOut(cpu);
                at = Turn.ASK;
                yield true;
            }
            case POLL -> {
                at = guest.requests.arePending(cpu) ? Turn.BACK : Turn.ACCESS;
                yield true;
            }
            case ACCESS -> access(cpu);
        };
    }

    private boolean leave(Cpu cpu) {
        guest.stepOut(cpu);
        fault.present = leaf == HardwareWalk.FAULT_PROTECTION;
        if (!guest.isPlain() || !faults.isStraight(cpu, vcpu, fault)) {
            return false;
        }
        section = faults.begin(cpu, fault);
        boolean prepared = faults.prepare(cpu, vcpu, fault);
        assert prepared : "no tables, of which there were enough";
        at = Turn.SNAPSHOT;
        return true;
    }

    private boolean snapshot(Cpu cpu) {
        slot = faults.snapshotStraight(cpu, fault);
        if (!faults.isOvertaken(cpu, vcpu, slot, fault)) {
            return false;
        }
        faults.end(cpu, section, RetPf.RETRY);
        at = Turn.ASK;
        return true;
    }

    private boolean serve(Cpu cpu) {
        guest.serve(cpu, asked);
        return true;
    }

    private boolean enter(Cpu cpu) {
        if (!guest.tryEnter(cpu)) {
            return false;
        }
        if (underWay) {
            ends(cpu);
        }
        return true;
    }

    private boolean access(Cpu cpu) {
        long found = guest.access(cpu, fault.gfn, fault.write);
        if (GuestTlb.isFault(found)) {
            faults(cpu, found);
            return true;
        }
        leaf = found;
        return false;
    }

    private void ends(Cpu cpu) {
        underWay = false;
        vcpu.faulted(cpu, since, fault);
    }

    /// What is left to do on the stack, where the turns have stopped: afterwards the vCPU is in
    /// the guest again.
    ///
    /// @return 0; or a negative error, and the vCPU is outside
    long finish(Cpu cpu) {
        if (at == Turn.ENTER) {
            guest.serveAndEnter(cpu, asked);
            if (underWay) {
                ends(cpu);
            }
            return 0;
        }
        if (at == Turn.LEAVE) {
            guest.takeLog(cpu);
            if (leaf == GuestTlb.LOG_FULL) {
                vcpu.logIsFull(cpu);
                return 0;
            }
        }
        long problem =
                at == Turn.SNAPSHOT
                        ? faults.end(cpu, section, faults.resolve(cpu, vcpu, slot, fault))
                        : faults.handle(cpu, vcpu, fault);
        if (problem == 0) {
            guest.enter(cpu);
        }
        ends(cpu);
        return problem;
    }
}
