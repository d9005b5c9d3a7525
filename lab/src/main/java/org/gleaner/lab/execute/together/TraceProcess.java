package org.gleaner.lab.execute.together;

import java.util.List;
import java.util.Map;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.OnHost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.jspecify.annotations.Nullable;

/// A process that touches the pages of a trace on a host with others: its cgroup and memory, and
/// the guest in it if it has one.
///
/// One that gets no memory ends: once its CPU has stopped its process exits, which gives the others
/// what it had.
public final class TraceProcess {
    private static final long BASE_GFN = 1 << 20;

    private final String name;
    private final Host host;
    private final Memcg memcg;
    private final AddressSpace mm;
    private final Word running = new Word(1);
    private final int pages;

    /// Pages that a page table of the last level maps, and where the region begins.
    private final int table;

    private @Nullable Vcpu vcpu;
    private @Nullable UserTask task;

    /// @param regionPages pages of the trace's region
    /// @param maxPages `memory.max`
    public TraceProcess(
            Cpu cpu, String name, int regionPages, long maxPages, Backing backing, Host host) {
        this.name = name;
        this.host = host;
        table = host.folios().hugePages;
        pages = Math.ceilDiv(regionPages, table) * table;
        memcg = host.memcgs().add(maxPages);
        mm = host.newAddressSpace(cpu, memcg, Support.tablePayer(host, memcg, backing));
        mm.onKill(_ -> host.engine().spawn("exit-" + name, this::exit));
        RmapObject object =
                backing == Backing.MEMFD
                        ? host.objects().newMemfd(pages)
                        : host.objects().newAnon();
        mm.map(cpu, table, pages, object, 0, true);
    }

    /// Begins on its CPU: makes the guest, if there is to be one.
    public void begin(Cpu cpu, OnHost request, AgingPlan aging, Rcu rcu) {
        if (request.through() != Through.KVM) {
            task = new UserTask(host.faults(), mm);
            return;
        }
        VmConfig config =
                VmConfig.of(Support.architecture(request, aging), aging)
                        .withPageShift(request.pageSize().shift())
                        .withFaultTimes()
                        .withTables(Support.tables(pages));
        Vm vm = Vm.create(cpu, config, host.pages().of(mm), rcu);
        vm.createSlot(cpu, 0, BASE_GFN, pages, table, false);
        vcpu = vm.newVcpu(cpu);
    }

    /// Runs accesses `[from, to)` of `words`, after [#begin]. Where there is no memory for one, the
    /// process gives up.
    ///
    /// @return where it stopped: `to` unless it is [#ended], or as good as
    public int run(Cpu cpu, int[] words, int from, int to) {
        Vcpu guest = vcpu;
        UserTask own = task;
        int reached;
        if (guest != null) {
            reached = guest.run(cpu, words, from, to, BASE_GFN);
        } else if (own != null) {
            reached = own.run(cpu, table, words, from, to);
        } else {
            throw new IllegalStateException(name + " has not begun");
        }
        boolean starved = guest == null || guest.error() == PageFaults.NOMEM;
        if (reached < to && starved && !mm.isKilled()) {
            mm.terminate(cpu);
        }
        return reached;
    }

    /// It will not run again.
    public void leave(Cpu cpu) {
        host.drain(cpu);
        cpu.store(running, 0);
    }

    /// SIGKILL has woken the process: it exits once its CPU has stopped.
    private void exit(Cpu cpu) {
        cpu.block(running, -1, 0);
        host.mappingChanges().exitWithFiles(cpu, mm);
        host.drain(cpu);
    }

    /// Whether it was killed or gave up.
    public boolean ended() {
        return mm.isKilled();
    }

    /// Waits, but not if it is killed.
    void sleep(Cpu cpu, long nanos) {
        mm.sleepKillable(cpu, nanos);
    }

    public Memcg memcg() {
        return memcg;
    }

    public AddressSpace mm() {
        return mm;
    }

    public ObservedGuest.Memory memory() {
        return new ObservedGuest.Memory(mm, table, pages);
    }

    /// None if it goes through no guest, or has not begun.
    public List<Vcpu> vcpus() {
        return vcpu == null ? List.of() : List.of(vcpu);
    }

    /// What its cgroup has counted.
    Map<String, Long> vmstat() {
        return memcg.stat().named();
    }
}
