package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.NumaScan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.SamePageMerge;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.Userfault;
import org.junit.jupiter.api.Test;

/// What kinds of memory cost a guest, in faults and retries.
final class KindsInGuestTest {
    private static final int PAGES = 1_024;

    private interface Body {
        void run(Cpu cpu, Process p, Vcpu vcpu);
    }

    /// A guest whose page n is page n of a process.
    private static void guest(SmallHost small, Body body, Actor... others) {
        Rcu rcu = Rcu.start(small.engine(), 50_000);
        Actor[] actors = Arrays.copyOf(others, others.length + 1);
        actors[others.length] =
                cpu -> {
                    Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
                    Vm vm = Vm.create(cpu, World.config(), small.host().pages().of(p.mm), rcu);
                    vm.createSlot(cpu, 0, 0, PAGES, Process.BASE, false);
                    body.run(cpu, p, vm.newVcpu(cpu));
                    vm.destroy(cpu);
                };
        small.run(actors);
    }

    /// One access; checks how many faults installed something and how many were in vain.
    private static void access(
            Cpu cpu, Vcpu vcpu, long gfn, boolean write, int faults, int retries) {
        long faultsBefore = vcpu.stat().faults();
        long retriesBefore = vcpu.stat().retries();
        assertThat(vcpu.access(cpu, gfn, write)).isZero();
        assertThat(vcpu.stat().faults() - faultsBefore).as("faults").isEqualTo(faults);
        assertThat(vcpu.stat().retries() - retriesBefore).as("retries").isEqualTo(retries);
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
                    small.host()
                            .userMemory()
                            .actors()
                            .fork()
                            .share(cpu, p.vma, child, Process.BASE);
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
                    int zero = small.host().userMemory().zeroPages().small(cpu);
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
                    assertThat(vcpu.stat().hugeFaults()).isOne();
                    int zero = p.hugeFolio(0);
                    assertThat(small.host().userMemory().zeroPages().hugeUsers(cpu)).isOne();
                    access(cpu, vcpu, 3, true, 1, 1);
                    assertThat(vcpu.stat().hugeFaults()).isEqualTo(2);
                    assertThat(p.hugeFolio(0)).isNotEqualTo(zero);
                    access(cpu, vcpu, 600, true, 1, 0);
                });
    }

    /// T-M6: a page of a file that is written back is zapped, and its next write marks it again.
    @Test
    void aFilesPageIsMarkedDirtyAgainAfterItWasWrittenBack() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    Memfd file = small.host().objects().newFile(PAGES, Memfd.Kind.NOTIFIED);
                    small.host().mappingChanges().unmap(cpu, p.vma);
                    p.mm.map(cpu, Process.BASE, PAGES, file, 0, true);
                    access(cpu, vcpu, 0, false, 1, 0);
                    assertThat(vcpu.page.dirtied()).as("it is mapped read-only").isZero();
                    access(cpu, vcpu, 0, true, 1, 0);
                    assertThat(vcpu.page.dirtied()).isOne();
                    assertThat(small.host().userMemory().actors().fileClean().clean(cpu, file, 0))
                            .isTrue();
                    assertThat(small.host().userMemory().actors().fileClean().clean(cpu, file, 0))
                            .isFalse();
                    assertThat(p.state(cpu, 0) & FolioLayout.DIRTY).isZero();
                    access(cpu, vcpu, 0, false, 1, 0);
                    assertThat(p.state(cpu, 0) & FolioLayout.DIRTY).isZero();
                    access(cpu, vcpu, 0, true, 1, 0);
                    assertThat(vcpu.page.dirtied()).isEqualTo(2);
                    assertThat(file.writeNotices(cpu)).isEqualTo(2);
                    assertThat(p.state(cpu, 0) & FolioLayout.DIRTY).isNotZero();
                });
    }

    /// S11 as merged kernels have it: a NUMA scan takes every leaf in its piece and what it knew of
    /// its use, with one invalidation a piece; the refault costs no retry.
    @Test
    void aNumaScanMakesUsedPagesLookUnused() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    for (int page = 0; page < 8; page++) {
                        access(cpu, vcpu, page, true, 1, 0);
                    }
                    assertThat(p.mm.notifiers().testYoung(cpu, Process.BASE + 3)).isTrue();
                    NumaScan scan = small.host().userMemory().actors().numaScan();
                    assertThat(scan.scan(cpu, p.vma, p.vma.start(), p.vma.start() + 4))
                            .isEqualTo(4);
                    assertThat(p.mm.notifiers().testYoung(cpu, Process.BASE + 3)).isFalse();
                    assertThat(p.mm.notifiers().testYoung(cpu, Process.BASE + 4)).isTrue();
                    assertThat(scan.scan(cpu, p.vma, p.vma.start(), p.vma.start() + 4)).isZero();
                    access(cpu, vcpu, 3, true, 1, 0);
                    assertThat(p.mm.notifiers().testYoung(cpu, Process.BASE + 3)).isTrue();
                    p.write(cpu, 2);
                    access(cpu, vcpu, 2, true, 1, 0);
                });
    }

    @Test
    void aMappingThatPermitsNothingEndsTheGuestsAccessAndKeepsItsPages() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    access(cpu, vcpu, 0, true, 1, 0);
                    int pfn = p.pfn(0);
                    small.host().mappingChanges().protectNone(cpu, p.vma);
                    assertThat(vcpu.access(cpu, 0, false)).isEqualTo(PageFaults.FAULT);
                    assertThat(p.task.access(cpu, Process.BASE, false)).isEqualTo(PageFaults.FAULT);
                    small.host().mappingChanges().protect(cpu, p.vma, true);
                    access(cpu, vcpu, 0, true, 1, 0);
                    assertThat(p.pfn(0)).isEqualTo(pfn);
                });
    }

    /// T-M7: pages are not merged while a lookup has one of them; once they are, each write costs a
    /// retry.
    @Test
    void pagesThatALookupHoldsAreNotMerged() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    access(cpu, vcpu, 0, true, 1, 0);
                    access(cpu, vcpu, 1, true, 1, 0);
                    small.host().lru().drain(cpu);
                    SamePageMerge merge = small.host().userMemory().actors().merge();
                    UserPages pages = small.host().pages().of(p.mm);
                    PageClaim held = new PageClaim();
                    for (long page : new long[] {0, 1}) {
                        pages.lookUp(cpu, Process.BASE + page, Lookup.WRITE, held);
                        assertThat(merge.merge(cpu, p.vma, Process.BASE, p.vma, Process.BASE + 1))
                                .isFalse();
                        pages.put(cpu, held);
                        assertThat(p.pfn(0)).isNotEqualTo(p.pfn(1));
                    }
                    assertThat(merge.merge(cpu, p.vma, Process.BASE, p.vma, Process.BASE + 1))
                            .isTrue();
                    int merged = p.pfn(0);
                    assertThat(p.pfn(1)).isEqualTo(merged);
                    access(cpu, vcpu, 1, false, 1, 0);
                    access(cpu, vcpu, 1, true, 1, 1);
                    access(cpu, vcpu, 0, false, 1, 0);
                    assertThat(p.pfn(0)).isEqualTo(merged);
                    assertThat(merge.unmerge(cpu, p.vma, Process.BASE)).isZero();
                    assertThat(p.pfn(0)).isNotEqualTo(merged);
                    access(cpu, vcpu, 0, true, 1, 0);
                });
    }

    /// S3: a write to a device's frame that the host maps read-only is the emulator's, and a read
    /// of it is not.
    @Test
    void aWriteToAReadOnlyFrameOfADeviceIsEmulated() {
        SmallHost small = SmallHost.virtual();
        guest(
                small,
                (cpu, p, vcpu) -> {
                    small.host().mappingChanges().unmap(cpu, p.vma);
                    DeviceMemory device = small.host().objects().newDevice(PAGES, 1 << 24, false);
                    p.mm.map(cpu, Process.BASE, PAGES, device, 0, true);
                    access(cpu, vcpu, 5, false, 1, 0);
                    assertThat(vcpu.access(cpu, 5, true)).isEqualTo(Vcpu.EXIT_MMIO);
                    assertThat(vcpu.access(cpu, 6, true)).isEqualTo(Vcpu.EXIT_MMIO);
                    assertThat(device.faults(cpu)).as("for what was not there").isEqualTo(2);
                    access(cpu, vcpu, 5, false, 0, 0);
                });
    }

    /// A guest waits for the monitor of a missing page, and a signal ends the wait (S8).
    @Test
    void aGuestWaitsForAMissingPageUntilASignalComes() {
        SmallHost small = SmallHost.virtual();
        Userfault monitor = new Userfault(Userfault.Mode.MISSING, 8, MemorySteps.LINUX);
        Process[] process = new Process[1];
        guest(
                small,
                (cpu, p, vcpu) -> {
                    process[0] = p;
                    p.vma.register(monitor);
                    access(cpu, vcpu, 7, true, 1, 0);
                    assertThat(vcpu.access(cpu, 8, true)).isEqualTo(PageClaim.SIGPENDING);
                    p.mm.clearSignal(cpu);
                    assertThat(small.host().faults().supply(cpu, p.mm, Process.BASE + 8)).isZero();
                    access(cpu, vcpu, 8, true, 1, 0);
                },
                cpu -> {
                    monitor.addReader(cpu);
                    long vpn = monitor.next(cpu);
                    assertThat(vpn).isEqualTo(Process.BASE + 7);
                    small.host().faults().supply(cpu, process[0].mm, vpn);
                    assertThat(monitor.next(cpu)).isEqualTo(Process.BASE + 8);
                    process[0].mm.signal(cpu);
                });
    }
}
