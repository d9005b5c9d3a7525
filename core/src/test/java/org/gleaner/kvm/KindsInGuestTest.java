package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.junit.jupiter.api.Test;

/// What kinds of memory cost a guest, in faults and retries.
final class KindsInGuestTest {
    private static final int PAGES = 1_024;

    private interface Body {
        void run(Cpu cpu, Process p, Vcpu vcpu);
    }

    /// A guest whose page n is page n of a process.
    private static void guest(SmallHost small, Body body) {
        Rcu rcu = Rcu.start(small.engine(), 50_000);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            Vm vm = Vm.create(cpu, World.config(), small.host().pagesOf(p.mm), rcu);
            vm.createSlot(cpu, 0, 0, PAGES, Process.BASE, false);
            body.run(cpu, p, vm.newVcpu(cpu));
            vm.destroy(cpu);
        });
    }

    /// One access; checks how many faults installed something and how many were in vain.
    private static void access(
            Cpu cpu, Vcpu vcpu, long gfn, boolean write, int faults, int retries) {
        long faultsBefore = vcpu.faults();
        long retriesBefore = vcpu.retries();
        assertThat(vcpu.access(cpu, gfn, write)).isZero();
        assertThat(vcpu.faults() - faultsBefore).as("faults").isEqualTo(faults);
        assertThat(vcpu.retries() - retriesBefore).as("retries").isEqualTo(retries);
    }

    /// T-M1, S5: a copy at the first write costs one retry a page, read before or not.
    @Test
    void aPageSharedByCopyOnWriteCostsOneRetry() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    access(cpu, vcpu, 0, true, 1, 0);
                    access(cpu, vcpu, 1, true, 1, 0);
                    AddressSpace child = small.host().newAddressSpace(cpu, p.memcg);
                    small.host().fork().share(cpu, p.vma, child, Process.BASE);
                    int shared = p.pfn(0);
                    access(cpu, vcpu, 0, false, 1, 0);
                    assertThat(p.pfn(0)).as("the upgrade broke nothing").isEqualTo(shared);
                    access(cpu, vcpu, 0, true, 1, 1);
                    assertThat(p.pfn(0)).isNotEqualTo(shared);
                    access(cpu, vcpu, 1, true, 1, 1);
                    access(cpu, vcpu, 1, true, 0, 0);
                    small.host().mappingChanges().exit(cpu, child);
                });
    }

    /// T-M2: two faults and a retry, and nobody refers to the page of zeroes after that.
    @Test
    void aReadOfZeroesAndAWriteCostTwoFaultsAndARetry() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    p.vma.mapZeroPages();
                    int zero = small.host().zeroPages().small(cpu);
                    long baseline = small.host().folios().peek(cpu, zero);
                    access(cpu, vcpu, 0, false, 1, 0);
                    access(cpu, vcpu, 1, false, 1, 0);
                    assertThat(p.pfn(0)).isEqualTo(zero).isEqualTo(p.pfn(1));
                    access(cpu, vcpu, 0, true, 1, 1);
                    assertThat(p.pfn(0)).isNotEqualTo(zero);
                    access(cpu, vcpu, 2, true, 1, 0);
                    assertThat(small.host().folios().peek(cpu, zero)).isEqualTo(baseline);
                });
    }

    @Test
    void aHugePageOfZeroesIsAHugeLeafUntilTheFirstWrite() {
        SmallHost small = SmallHost.virtual().thp();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    p.vma.mapZeroPages();
                    access(cpu, vcpu, 3, false, 1, 0);
                    access(cpu, vcpu, 4, false, 0, 0);
                    assertThat(vcpu.hugeFaults()).isOne();
                    int zero = p.hugeFolio(0);
                    assertThat(small.host().zeroPages().hugeUsers(cpu)).isOne();
                    access(cpu, vcpu, 3, true, 1, 1);
                    assertThat(vcpu.hugeFaults()).isEqualTo(2);
                    assertThat(p.hugeFolio(0)).isNotEqualTo(zero);
                    access(cpu, vcpu, 600, true, 1, 0);
                });
    }
}
