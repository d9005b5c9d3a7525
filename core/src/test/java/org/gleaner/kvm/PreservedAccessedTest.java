package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.kvm.mmu.PreservedAccessed.OFF;
import static org.gleaner.kvm.mmu.PreservedAccessed.PROPOSED;
import static org.gleaner.kvm.mmu.PreservedAccessed.STRICT;

import java.util.List;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.NumaScan;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.notifier.FakeSecondary;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// S11 with the policy on: what is known of a page's use outlives the zap of its leaf where the
/// page stays; and the flaws of the proposal (N1 to N8, those of single entries in
/// `KeptEntriesTest`).
final class PreservedAccessedTest {
    private static final int PAGES = 512;
    private static final int HOT = 256;
    private static final int COLD = 64;
    private static final int PIECE = 64;
    private static final int ROUNDS = 8;

    /// Every how many pages one is used again between the scan and the check.
    private static final int AGAIN = 4;

    private static VmConfig config(PreservedAccessed how) {
        return GuestOfHost.config().withPreservedAccessed(how);
    }

    private static void run(VmConfig config, GuestOfHost.Body body) {
        GuestOfHost.run(SmallHost.virtual(), config, Memcg.UNLIMITED, PAGES, body);
    }

    private static void scan(Cpu cpu, GuestOfHost guest, long start, long end) {
        NumaScan scan = guest.host.userMemory().actors().numaScan();
        scan.scan(cpu, guest.process.vma, Process.BASE + start, Process.BASE + end);
    }

    private static boolean isYoung(Cpu cpu, GuestOfHost guest, long page) {
        return guest.process.mm.notifiers().testYoung(cpu, Process.BASE + page);
    }

    // --- storm -----------------------------------------------------------------------------------

    /// What idle page tracking says of pages that were used, and of those that were not; and what
    /// the scans cost.
    private record Storm(
            int falseIdle, int idle, long scans, long zapped, long flushes, long refaults) {}

    private static Storm storm(SpteFormat format, PreservedAccessed how) {
        Storm[] storm = new Storm[1];
        run(
                config(how).withArchitecture(X86.of(format)),
                (cpu, guest) -> storm[0] = storm(cpu, guest));
        return storm[0];
    }

    /// Each round: all pages are marked idle; the guest uses the hot ones; a piece of them, and the
    /// cold ones, are scanned; some are used again; which are idle?
    private static Storm storm(Cpu cpu, GuestOfHost guest) {
        FakeSecondary told = new FakeSecondary();
        guest.process.mm.notifiers().register(cpu, told);
        guest.vcpu.runSequential(cpu, 0, HOT + COLD, true);
        guest.host.lru().drain(cpu);
        int falseIdle = 0;
        int idle = 0;
        long zapped = 0;
        long flushes = 0;
        long faults = guest.vcpu.stat().faults();
        for (int round = 0; round < ROUNDS; round++) {
            mark(cpu, guest);
            guest.vcpu.runSequential(cpu, 0, HOT, false);
            long first = (long) round * PIECE % HOT;
            zapped += guest.vm.countLeaves(cpu, false);
            flushes -= guest.vm.remoteFlushes();
            scan(cpu, guest, first, first + PIECE);
            flushes += guest.vm.remoteFlushes();
            zapped -= guest.vm.countLeaves(cpu, false);
            for (int page = 0; page < HOT; page += AGAIN) {
                guest.vcpu.access(cpu, page, false);
            }
            falseIdle += idle(cpu, guest, 0, HOT);
            idle += idle(cpu, guest, HOT, HOT + COLD);
        }
        long scans = told.calls.stream().filter(call -> call.startsWith("start")).count();
        return new Storm(
                falseIdle, idle, scans, zapped, flushes, guest.vcpu.stat().faults() - faults);
    }

    private static void mark(Cpu cpu, GuestOfHost guest) {
        for (int page = 0; page < HOT + COLD; page++) {
            guest.host.pageIdle().mark(cpu, frame(cpu, guest, page));
        }
    }

    private static int idle(Cpu cpu, GuestOfHost guest, int start, int end) {
        int idle = 0;
        for (int page = start; page < end; page++) {
            idle += guest.host.pageIdle().isIdle(cpu, frame(cpu, guest, page)) ? 1 : 0;
        }
        return idle;
    }

    private static int frame(Cpu cpu, GuestOfHost guest, int page) {
        return PageIdle.frame(cpu, guest.process.mm, Process.BASE + page, new Walk());
    }

    /// The share of false idle is that of hot pages that were zapped after their last use and
    /// before the check; with the option it is none, and nothing else changes.
    @ParameterizedTest
    @ValueSource(strings = {"EPT", "EPT_NO_AD", "NPT"})
    void s11_aScanMakesNoUsedPageLookIdle(String name) {
        SpteFormat format =
                List.of(SpteFormat.EPT, SpteFormat.EPT_NO_AD, SpteFormat.NPT).stream()
                        .filter(f -> f.toString().equals(name))
                        .findAny()
                        .orElseThrow();
        Storm off = storm(format, OFF);
        int notAgain = PIECE - PIECE / AGAIN;
        assertThat(off.falseIdle).isEqualTo(ROUNDS * notAgain);
        assertThat(off.idle).isEqualTo(ROUNDS * COLD);
        assertThat(off.scans).isEqualTo(ROUNDS);
        assertThat(off.zapped).isEqualTo(ROUNDS * PIECE);
        assertThat(off.flushes).isEqualTo(ROUNDS);
        assertThat(off.refaults).isEqualTo(ROUNDS * PIECE - notAgain);
        Storm none = new Storm(0, off.idle, off.scans, off.zapped, off.flushes, off.refaults);
        assertThat(storm(format, PROPOSED)).isEqualTo(none);
        assertThat(storm(format, STRICT)).isEqualTo(none);
    }

    /// An A that was preserved is taken once, like any other.
    @Test
    void whatWasPreservedIsTakenOnce() {
        run(
                config(PROPOSED),
                (cpu, guest) -> {
                    guest.vcpu.access(cpu, 3, true);
                    scan(cpu, guest, 0, 8);
                    long vpn = Process.BASE + 3;
                    assertThat(isYoung(cpu, guest, 3)).isTrue();
                    assertThat(isYoung(cpu, guest, 4)).isFalse();
                    assertThat(guest.process.mm.notifiers().clearYoung(cpu, vpn, vpn + 1)).isTrue();
                    assertThat(isYoung(cpu, guest, 3)).isFalse();
                    scan(cpu, guest, 0, 8);
                    assertThat(isYoung(cpu, guest, 3)).isFalse();
                });
    }

    // --- N3: another page at the same place ------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void n3_anotherPageAtTheSamePlace(PreservedAccessed how) {
        run(
                config(how),
                (cpu, guest) -> {
                    guest.vcpu.access(cpu, 3, true);
                    scan(cpu, guest, 0, 8);
                    assertThat(isYoung(cpu, guest, 3)).isEqualTo(how != OFF);
                    Vma old = guest.process.vma;
                    guest.host.mappingChanges().unmap(cpu, old);
                    guest.process.mm.map(
                            cpu, Process.BASE, PAGES, guest.host.objects().newAnon(), 0, true);
                    assertThat(isYoung(cpu, guest, 3)).isEqualTo(how == PROPOSED);
                });
    }

    @ParameterizedTest
    @EnumSource
    void n3_aSlotThatIsMadeAgain(PreservedAccessed how) {
        run(
                config(how).withZapAll(false),
                (cpu, guest) -> {
                    guest.vcpu.access(cpu, 3, true);
                    scan(cpu, guest, 0, 8);
                    guest.vm.deleteSlot(cpu, 0);
                    guest.vm.createSlot(cpu, 0, 0, PAGES, Process.BASE, false);
                    assertThat(isYoung(cpu, guest, 3)).isEqualTo(how == PROPOSED);
                });
    }

    // --- which zaps preserve ---------------------------------------------------------------------

    /// N6: pages that are made read-only, or hidden, or shared by a fork stay where they are.
    @Test
    void n6_protectionKeepsWhatIsKnown() {
        run(
                config(STRICT),
                (cpu, guest) -> {
                    Vma vma = guest.process.vma;
                    guest.vcpu.access(cpu, 3, true);
                    guest.host.mappingChanges().protect(cpu, vma, false);
                    assertThat(isYoung(cpu, guest, 3)).isTrue();
                    guest.host.mappingChanges().protect(cpu, vma, true);
                    guest.vcpu.access(cpu, 4, true);
                    guest.host.mappingChanges().protectNone(cpu, vma);
                    assertThat(isYoung(cpu, guest, 4)).isTrue();
                    guest.host.mappingChanges().protect(cpu, vma, true);
                    guest.vcpu.access(cpu, 5, true);
                    AddressSpace child =
                            guest.host.newAddressSpace(cpu, guest.host.memcgs().root());
                    guest.host.userMemory().actors().fork().share(cpu, vma, child, Process.BASE);
                    assertThat(isYoung(cpu, guest, 5)).isTrue();
                    guest.host.mappingChanges().exit(cpu, child);
                });
    }

    /// N8: a page of a file that is about to be written back.
    @ParameterizedTest
    @EnumSource
    void n8_writebackKeepsWhatIsKnown(PreservedAccessed how) {
        run(
                config(how),
                (cpu, guest) -> {
                    Memfd file = guest.host.objects().newFile(PAGES, Memfd.Kind.NOTIFIED);
                    guest.map(cpu, file, PAGES, true);
                    guest.vcpu.access(cpu, GuestOfHost.OTHER, true);
                    assertThat(guest.host.userMemory().actors().fileClean().clean(cpu, file, 0))
                            .isTrue();
                    assertThat(guest.process.mm.notifiers().testYoung(cpu, GuestOfHost.OTHER))
                            .isEqualTo(how != OFF);
                });
    }

    /// A page that goes, by copy-on-write here, takes what was known of it along.
    @ParameterizedTest
    @EnumSource
    void aPageThatGoesKeepsNothing(PreservedAccessed how) {
        run(
                config(how),
                (cpu, guest) -> {
                    guest.vcpu.access(cpu, 3, true);
                    guest.host.mappingChanges().unmap(cpu, guest.process.vma);
                    assertThat(isYoung(cpu, guest, 3)).isFalse();
                    guest.process.mm.map(
                            cpu, Process.BASE, PAGES, guest.host.objects().newAnon(), 0, true);
                });
    }

    // --- N7: huge leaves -------------------------------------------------------------------------

    /// All pages of a huge leaf stay young together; if the next fault maps a small page, a table
    /// takes the entry's place and what was known of the others is lost.
    @Test
    void n7_aSmallRefaultLosesWhatAHugeLeafKnew() {
        GuestOfHost.run(
                SmallHost.virtual().thp(),
                config(STRICT),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    guest.vcpu.access(cpu, 3, true);
                    assertThat(guest.vcpu.stat().hugeFaults()).isOne();
                    scan(cpu, guest, 0, PAGES);
                    assertThat(guest.vm.countLeaves(cpu, false)).isZero();
                    assertThat(isYoung(cpu, guest, 3)).isTrue();
                    assertThat(isYoung(cpu, guest, 400)).isTrue();
                    guest.vm.dirtyLog().begin(cpu, 0);
                    guest.vcpu.access(cpu, 3, true);
                    assertThat(guest.vcpu.stat().hugeFaults()).isOne();
                    assertThat(isYoung(cpu, guest, 3)).isTrue();
                    assertThat(isYoung(cpu, guest, 400)).isFalse();
                });
    }
}
