package org.gleaner.bench.heap;

import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.arch.X86;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.version.KernelVersion;

/// A host in virtual time with one guest, which fills it or a part of it, and swap of the same
/// size.
public final class FullHost {
    private static final AgingPlan PLAN = AgingPlan.parse("merged");
    private static final int TABLE = 512;
    private static final int CHUNK = 4096;
    private static final int DAEMONS = 4;

    private final int pages;
    private final int vcpus;
    private final Engine engine;
    private final Host host;

    /// A host of `pages` with a guest as large, which has one vCPU.
    FullHost(int pages) {
        this(pages, pages, 1);
    }

    /// A host of `pages` with a guest of `guest` of them and `vcpus` vCPUs on a CPU each.
    public FullHost(int pages, int guest, int vcpus) {
        this.pages = guest;
        this.vcpus = vcpus;
        engine = new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        host = new Host(engine, config(pages, DAEMONS + vcpus));
    }

    private static HostConfig config(int pages, int cpus) {
        int tables = pages / TABLE * 2 + 4096;
        return new HostConfig(
                KernelVersion.V6_12,
                HostPaging.X86_64,
                HostConfig.Memory.of(pages, Watermarks.of(pages, 0).scaled(64), 63),
                HostConfig.Swap.zram(pages),
                HostConfig.Reclaimer.direct(LruGenCaps.of(7), PLAN.secondary(true)).withKswapd(),
                new HostConfig.Room(tables, 1, cpus),
                1);
    }

    /// The guest writes all its memory, once: each vCPU its part.
    public void fill() {
        engine.spawn("main", this::start);
        engine.run();
    }

    private void start(Cpu cpu) {
        AddressSpace space = host.newAddressSpace(cpu, host.memcgs().root());
        space.map(cpu, 0, pages, host.objects().newAnon(), 0, true);
        VmConfig config = VmConfig.of(X86.EPT, PLAN).withTables(pages / TABLE * 2 + 4096);
        Vm vm = Vm.create(cpu, config, host.pages().of(space), Rcu.start(engine));
        vm.createSlot(cpu, 0, 0, pages, 0, false);
        for (int v = 0; v < vcpus; v++) {
            long from = (long) pages * v / vcpus;
            long to = (long) pages * (v + 1) / vcpus;
            if (vcpus == 1) {
                write(vm.newVcpu(cpu), cpu, from, to);
            } else {
                engine.spawn("vcpu" + v, on -> write(vm.newVcpu(on), on, from, to));
            }
        }
    }

    private static void write(Vcpu vcpu, Cpu cpu, long from, long to) {
        for (long gfn = from; gfn < to; ) {
            long stop = Math.min(gfn + CHUNK, to);
            long at = vcpu.runSequential(cpu, gfn, stop, true);
            if (at < stop) {
                throw new IllegalStateException("page " + at + ": error " + vcpu.error());
            }
            gfn = at;
        }
    }

    /// Swap slots in use.
    long swapped() {
        return host.swap().size() - host.swap().free();
    }
}
