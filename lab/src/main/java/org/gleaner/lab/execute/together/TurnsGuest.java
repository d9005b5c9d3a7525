package org.gleaner.lab.execute.together;

import java.util.Map;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.replay.FirstTouches;
import org.gleaner.lab.execute.replay.GuestTables;
import org.gleaner.lab.execute.replay.OwnBuffer;
import org.gleaner.lab.run.TurnsRequest;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;

/// One of several traces that take turns on a CPU: its cgroup, its process, and how far it is.
///
/// What it shares with a real replayer is what [org.gleaner.lab.execute.replay.ReplayRun] shares:
/// the first touch of a page is a write, a few pages are the kernel's, and statistics are read
/// every 512 accesses; here those of the cgroup above, whose limit is reclaimed for.
final class TurnsGuest implements AutoCloseable {
    private static final int STAT_EVERY = 512;
    private static final long BASE_GFN = 1 << 20;

    private final TurnsRequest request;
    private final TurnsRequest.Guest guest;
    private final Host host;
    private final Memcg above;
    private final int kernelPages;
    private final Memcg memcg;
    private final AddressSpace mm;
    private final Runner runner;
    private final FirstTouches accesses;
    private final OwnBuffer buffer;
    private final GuestTables tables;

    /// Of the accesses at hand, those that are done.
    private int taken;

    private long done;
    private boolean stopped;

    /// Runs accesses `[from, to)` of `words`; returns where it stopped.
    private interface Runner {
        int run(Cpu cpu, int[] words, int from, int to);
    }

    TurnsGuest(
            Cpu cpu,
            TurnsRequest request,
            TurnsRequest.Guest guest,
            Host host,
            Memcg above,
            int kernelPages,
            AgingPlan aging,
            Rcu rcu) {
        this.request = request;
        this.guest = guest;
        this.host = host;
        this.above = above;
        this.kernelPages = kernelPages;
        int table = host.folios().hugePages;
        int lowest = Math.ceilDiv(guest.trace().regionPages(), table);
        int pages = lowest * table;
        memcg = host.memcgs().add(above);
        memcg.setHigh(guest.high());
        memcg.setLow(guest.low());
        memcg.setMax(guest.max());
        mm = host.newAddressSpace(cpu, memcg, host.memcgs().root());
        RmapObject object =
                request.backing() == Backing.MEMFD
                        ? host.objects().newMemfd(pages)
                        : host.objects().newAnon();
        mm.map(cpu, table, pages, object, 0, true);
        runner =
                request.through() == Through.KVM
                        ? guest(cpu, table, pages, aging, rcu)
                        : task(table);
        accesses = new FirstTouches(guest.trace());
        buffer = new OwnBuffer(cpu, host, mm);
        tables = new GuestTables(lowest, host.folios().page);
    }

    private Runner task(int table) {
        UserTask task = new UserTask(host.faults(), mm);
        return (cpu, words, from, to) -> task.run(cpu, table, words, from, to);
    }

    private Runner guest(Cpu cpu, int table, int pages, AgingPlan aging, Rcu rcu) {
        VmConfig config =
                VmConfig.of(Support.architecture(request, aging), aging)
                        .withFaultTimes()
                        .withTables(Support.tables(pages));
        Vm vm = Vm.create(cpu, config, host.pages().of(mm), rcu);
        vm.createSlot(cpu, 0, BASE_GFN, pages, table, false);
        Vcpu vcpu = vm.newVcpu(cpu);
        return (c, words, from, to) -> vcpu.run(c, words, from, to, BASE_GFN);
    }

    /// Enters the cgroup, which pays for what the kernel needs of it, and touches a page of its
    /// heap.
    private void enter(Cpu cpu) {
        host.kernelMemory().chargePages(cpu, memcg, kernelPages);
        buffer.enter(cpu, 1);
    }

    /// Runs up to `length` accesses, and enters the cgroup before the first. False once it is
    /// through, or was killed.
    boolean turn(Cpu cpu, long length) {
        mm.markUsed(cpu);
        if (done == 0) {
            enter(cpu);
        }
        long end = done + length;
        while (done < end) {
            if (taken == accesses.count()) {
                if (!accesses.next()) {
                    return false;
                }
                taken = 0;
            }
            long next = Math.min(end, done / STAT_EVERY * STAT_EVERY + STAT_EVERY);
            int from = accesses.from() + taken;
            int to = (int) Math.min(from + next - done, accesses.from() + accesses.count());
            int reached = runner.run(cpu, accesses.words(), from, to);
            done += reached - from;
            taken += reached - from;
            if (reached < to) {
                stopped = true;
                return false;
            }
            if (request.through() == Through.KVM) {
                host.kernelMemory().chargePages(cpu, memcg, tables.topUp(done));
            }
            if (done % STAT_EVERY == 0) {
                readStatistics(cpu);
            }
        }
        return done < guest.trace().length();
    }

    private void readStatistics(Cpu cpu) {
        if (above.lruvec().stats().flushIsDue(cpu, 1)) {
            above.lruvec().flushStats(cpu);
        }
        buffer.fill(cpu);
    }

    /// How many accesses it has made.
    long done() {
        return done;
    }

    boolean wasKilled() {
        return stopped;
    }

    /// What its cgroup has counted.
    Map<String, Long> counters() {
        return memcg.stat().named();
    }

    @Override
    public void close() {
        accesses.close();
    }
}
