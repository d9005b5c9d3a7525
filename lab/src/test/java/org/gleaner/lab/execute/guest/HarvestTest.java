package org.gleaner.lab.execute.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
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
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a harvest counts where the host maps the guest's memory by huge leaves.
final class HarvestTest {
    private static final int PAGES = 1_024;
    private static final long VPN = 512;

    /// Not aligned as the host's pages are: so the second stage maps them in small ones.
    private static final long GFN = (1 << 20) + 1;

    @ParameterizedTest
    @EnumSource
    void behindHugeLeavesEveryPageIsAskedAbout(AgingDesign design) {
        Engine engine = new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        try (Host host = new Host(engine, config(design))) {
            Rcu rcu = Rcu.start(engine);
            engine.spawn("boss", boss -> harvest(boss, host, rcu, design));
            engine.run();
            assertThat(host.stat().get(VmEvent.THP_FAULT_ALLOC)).isEqualTo(PAGES / 512);
        }
    }

    private static void harvest(Cpu boss, Host host, Rcu rcu, AgingDesign design) {
        AddressSpace mm = host.newAddressSpace(boss, host.memcgs().root());
        mm.map(boss, VPN, PAGES, host.objects().newAnon(), 0, true);
        VmConfig config = VmConfig.of(X86.EPT, design.plan());
        Vm vm = Vm.create(boss, config, host.pages().of(mm), rcu);
        vm.createSlot(boss, 0, GFN, PAGES, VPN, false);
        Vcpu vcpu = vm.newVcpu(boss);
        vcpu.runSequential(boss, GFN, GFN + PAGES, true);
        Harvest harvest = new Harvest(host, design);
        assertThat(harvest.pass(boss, mm, new BitSet())).isEqualTo(PAGES);
        BitSet touched = new BitSet();
        for (int page = 3; page < PAGES; page += 100) {
            touched.set(page);
            assertThat(vcpu.access(boss, GFN + page, false)).isZero();
        }
        BitSet young = new BitSet();
        assertThat(harvest.pass(boss, mm, young)).isEqualTo(touched.cardinality());
        assertThat(young).isEqualTo(touched);
        host.mappingChanges().exit(boss, mm);
        vm.destroy(boss);
    }

    private static HostConfig config(AgingDesign design) {
        return new HostConfig(
                KernelVersion.V6_12,
                HostPaging.X86_64,
                HostConfig.Memory.of(4 * PAGES, new Watermarks(16, 32, 48), 31)
                        .withThp(HostConfig.Thp.ALWAYS),
                HostConfig.Swap.zram(PAGES),
                HostConfig.Reclaimer.direct(LruGenCaps.of(7), design.plan().secondary()),
                new HostConfig.Room(64, 1, 8),
                1);
    }
}
