package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.kvm.GuestOfHost.OTHER;
import static org.gleaner.kvm.pfn.PfnDesign.BEFORE;
import static org.gleaner.kvm.pfn.PfnDesign.MERGED;
import static org.gleaner.mm.folio.FolioLayout.refcount;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.kvm.pfn.PageLedger;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.DriverFrames;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames that a graphics driver has taken from the host's allocator and shows to a guest: the
/// first of a block has one reference, the others none.
final class DriverFramesTest {
    private static final int ORDER = 4;
    private static final int PAGES = 1 << ORDER;

    private static VmConfig config(PfnDesign design) {
        return GuestOfHost.config().withPfn(design);
    }

    private static long state(Cpu cpu, GuestOfHost guest, int frame) {
        return guest.host.folios().peek(cpu, frame);
    }

    private static DeviceMemory show(GuestOfHost guest, int first) {
        return guest.host.objects().newDevice(PAGES, first, true);
    }

    @ParameterizedTest
    @EnumSource
    void theGuestHasEveryPageUnlessItsHostGuesses(PfnDesign design) {
        GuestOfHost.run(
                SmallHost.virtual(),
                config(design),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    int first = guest.host.node().driverFrames().allocate(cpu, ORDER, false);
                    guest.map(cpu, show(guest, first), PAGES, true);
                    for (int i = 0; i < PAGES; i++) {
                        long expected = design == BEFORE && i > 0 ? PageClaim.FAULT : first + i;
                        assertThat(guest.frame(cpu, OTHER + i)).isEqualTo(expected);
                        assertThat(refcount(state(cpu, guest, first + i)))
                                .isEqualTo(i == 0 ? 1 : 0);
                    }
                    assertThat(guest.vcpu.page().guesses()).isEqualTo(design == BEFORE ? PAGES : 0);
                });
    }

    /// Count by count, with one lookup; a page may be compound or not, the number decides.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGuessReferencesTheFirstFrameAndNoOther(boolean compound) {
        int order = compound ? DriverFrames.MOST_ORDER : ORDER;
        GuestOfHost.run(
                SmallHost.virtual().thp(),
                config(BEFORE),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    int first = guest.host.node().driverFrames().allocate(cpu, order, compound);
                    guest.map(cpu, show(guest, first), PAGES, true);
                    FaultInPage page =
                            new FaultInPage(
                                    guest.pages,
                                    BEFORE,
                                    new QueuedRwLock(LockClass.MMU_LOCK),
                                    new PageLedger());
                    Fault fault = new Fault();
                    assertThat(page.lookUp(cpu, OTHER, Lookup.WRITE, fault)).isZero();
                    assertThat(refcount(state(cpu, guest, first))).isEqualTo(2);
                    page.release(cpu, true, false);
                    assertThat(refcount(state(cpu, guest, first))).isEqualTo(1);
                    assertThat(page.lookUp(cpu, OTHER + 1, Lookup.WRITE, fault))
                            .isEqualTo(PageClaim.FAULT);
                    assertThat(refcount(state(cpu, guest, first))).isEqualTo(1);
                    assertThat(refcount(state(cpu, guest, first + 1))).isZero();
                    guest.host.node().driverFrames().free(cpu, first, order);
                });
    }

    /// T-M3; the two older designs with fewer.
    @ParameterizedTest
    @EnumSource
    void countsAreTheSameAfterAMillionOperations(PfnDesign design) {
        GuestOfHost.run(
                SmallHost.virtual(),
                config(design),
                300,
                1_000,
                (cpu, guest) -> {
                    int[] block = new int[2];
                    for (int i = 0; i < 2; i++) {
                        block[i] = guest.host.node().driverFrames().allocate(cpu, ORDER, false);
                    }
                    long[] before = states(cpu, guest, block);
                    Operations operations = new Operations(cpu, guest, design, block);
                    operations.run(design == MERGED ? 1_000_000 : 100_000);
                    assertThat(operations.maps > 0).isEqualTo(design == BEFORE);
                    guest.host.mappingChanges().unmap(cpu, operations.vma);
                    assertThat(guest.host.stat().get(VmEvent.PSWPIN)).isPositive();
                    long[] after = states(cpu, guest, block);
                    if (design == BEFORE) {
                        // a guess marks what it takes for a page; the counts are as they were
                        for (int i = 0; i < before.length; i++) {
                            assertThat(refcount(after[i])).isEqualTo(refcount(before[i]));
                        }
                        assertThat(guest.vcpu.page().references()).isPositive();
                    } else {
                        assertThat(after).isEqualTo(before);
                    }
                    for (int first : block) {
                        guest.host.node().driverFrames().free(cpu, first, ORDER);
                    }
                });
    }

    private static long[] states(Cpu cpu, GuestOfHost guest, int[] block) {
        return IntStream.of(block)
                .flatMap(first -> IntStream.range(first, first + PAGES))
                .mapToLong(frame -> state(cpu, guest, frame))
                .toArray();
    }

    /// Faults, zaps, moves, prefetches, pins and reclaim, at random.
    private static final class Operations {
        private final Cpu cpu;
        private final GuestOfHost guest;
        private final PfnDesign design;
        private final int[] block;
        private final DeviceMemory device;
        private final Vma vma;
        private final HostMap map;
        private final PageClaim claim = new PageClaim();
        private final PageClaim[] claims = {claim};
        private final SplittableRandom random = new SplittableRandom(42);
        private int shown;
        private int maps;
        private boolean writable = true;

        Operations(Cpu cpu, GuestOfHost guest, PfnDesign design, int[] block) {
            this.cpu = cpu;
            this.guest = guest;
            this.design = design;
            this.block = block;
            device = show(guest, block[0]);
            vma = guest.map(cpu, device, PAGES, true);
            map = guest.vm.direct().newMap();
        }

        void run(int operations) {
            for (int i = 0; i < operations; i++) {
                one(random.nextInt(PAGES), random.nextInt(1_000));
            }
        }

        private void one(int page, int what) {
            if (what < 400) {
                access(page, what % 2 == 0);
            } else if (what < 700) {
                long result = guest.vcpu.access(cpu, random.nextInt(400), what % 2 == 0);
                assertThat(result).isZero();
            } else if (what < 760) {
                writable = !writable;
                guest.host.mappingChanges().protect(cpu, vma, writable);
            } else if (what < 820) {
                shown = 1 - shown;
                guest.host.mappingChanges().moveDevice(cpu, device, block[shown]);
            } else if (what < 880) {
                assertThat(guest.vm.direct().page().prefetch(cpu, OTHER + page, claims, 1))
                        .isZero();
            } else if (what < 940) {
                // up to 6.12 the kernel maps what somebody refers to, if it may be written to
                int may = design == BEFORE && page == 0 && writable ? 0 : HostMap.INVALID;
                int answer = map.map(cpu, OTHER + page, false);
                assertThat(answer).isIn(may, HostMap.INVALID);
                maps += answer == 0 ? 1 : 0;
                map.unmap(cpu);
                assertThat(guest.vm.direct().page().find(cpu, OTHER + page, false, claim))
                        .isFalse();
            } else if (what < 999) {
                assertThat(map.map(cpu, random.nextInt(400), what % 2 == 0)).isZero();
                map.unmap(cpu);
            } else {
                guest.host.reclaim().age(cpu, guest.process.memcg);
            }
        }

        private void access(int page, boolean write) {
            long result = guest.vcpu.access(cpu, OTHER + page, write);
            if (design == BEFORE && page > 0) {
                assertThat(result).isNotZero();
            } else if (write) {
                // an entry that is there and read-only stays so, and the write is emulated
                long ifAbsent = writable ? 0 : PageClaim.FAULT;
                assertThat(result).isIn(ifAbsent, 0L, Vcpu.EXIT_MMIO);
            } else {
                assertThat(result).isZero();
            }
        }
    }

    /// T-M4.
    @Test
    void aReferenceOnWhatNobodyCountsFreesAForeignFrame() {
        MemorySteps old =
                new MemorySteps() {
                    @Override
                    public boolean getsUnlessZero() {
                        return false;
                    }
                };
        assertThatThrownBy(() -> readSecond(SmallHost.virtual().steps(old), BEFORE))
                .hasStackTraceContaining("of a driver is freed under it");
        readSecond(SmallHost.virtual().steps(old), MERGED);
    }

    /// Invariant P2.
    @Test
    void aLookupThatTakesADriversFrameForAPageIsNoticed() {
        MemorySteps broken =
                new MemorySteps() {
                    @Override
                    public boolean marksSpecial() {
                        return false;
                    }
                };
        assertThatThrownBy(() -> writeFirst(SmallHost.virtual().steps(broken)))
                .hasStackTraceContaining("P2 foreign-frame");
    }

    private static void readSecond(SmallHost small, PfnDesign design) {
        GuestOfHost.run(
                small,
                config(design),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    int first = guest.host.node().driverFrames().allocate(cpu, ORDER, false);
                    guest.map(cpu, show(guest, first), PAGES, true);
                    guest.frame(cpu, OTHER + 1);
                });
    }

    /// The driver's handler has run before KVM looks.
    private static void writeFirst(SmallHost small) {
        GuestOfHost.run(
                small,
                config(MERGED),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    int first = guest.host.node().driverFrames().allocate(cpu, ORDER, false);
                    guest.map(cpu, show(guest, first), PAGES, true);
                    guest.process.task.access(cpu, OTHER, true);
                    guest.frame(cpu, OTHER);
                });
    }

    /// S1.
    @Test
    void whenTheDriverMovesThePagesTheGuestFaultsOnTheNewFrames() {
        GuestOfHost.run(
                SmallHost.virtual(),
                config(MERGED),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    DriverFrames frames = guest.host.node().driverFrames();
                    int old = frames.allocate(cpu, ORDER, false);
                    DeviceMemory device = show(guest, old);
                    guest.map(cpu, device, PAGES, true);
                    assertThat(guest.vcpu.access(cpu, OTHER + 3, true)).isZero();
                    assertThat(guest.frame(cpu, OTHER + 3)).isEqualTo(old + 3);
                    int next = frames.allocate(cpu, ORDER, false);
                    guest.host.mappingChanges().moveDevice(cpu, device, next);
                    frames.free(cpu, old, ORDER);
                    assertThat(guest.vcpu.access(cpu, OTHER + 3, true)).isZero();
                    assertThat(guest.frame(cpu, OTHER + 3)).isEqualTo(next + 3);
                });
    }

    /// S3.
    @Test
    void aWriteThroughAReadOnlyEntryIsEmulated() {
        GuestOfHost.run(
                SmallHost.virtual(),
                config(MERGED),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    int first = guest.host.node().driverFrames().allocate(cpu, ORDER, false);
                    DeviceMemory device = guest.host.objects().newDevice(PAGES, first, false);
                    guest.map(cpu, device, PAGES, true);
                    assertThat(guest.frame(cpu, OTHER)).isEqualTo(first);
                    device.setMapsWritable(cpu, true);
                    assertThat(guest.vcpu.access(cpu, OTHER, true)).isEqualTo(Vcpu.EXIT_MMIO);
                    assertThat(device.faults(cpu)).isOne();
                });
    }

    /// P4 on a real host: nothing counts the guest's use of such a frame, so nothing but this sees
    /// that its driver has let go of it too early.
    @Test
    void aGuestThatUsesAFrameItsDriverHasFreedIsSeen() {
        GuestOfHost.Body body =
                (cpu, guest) -> {
                    int first = guest.host.node().driverFrames().allocate(cpu, ORDER, false);
                    guest.map(cpu, show(guest, first), PAGES, true);
                    assertThat(guest.frame(cpu, OTHER + 3)).isEqualTo(first + 3);
                    guest.host.node().driverFrames().free(cpu, first, ORDER);
                    guest.frame(cpu, OTHER + 3);
                };
        assertThatThrownBy(() -> GuestOfHost.run(SmallHost.virtual(), config(MERGED), 64, 64, body))
                .hasStackTraceContaining("AssertionError: P4: gfn " + (OTHER + 3));
    }

    @Test
    void onlyTheDriverFreesItsFramesAndOnlyOnce() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            DriverFrames frames = small.host().node().driverFrames();
            long free = small.host().node().zone().free(cpu);
            int first = frames.allocate(cpu, ORDER, false);
            assertThat(first % PAGES).isZero();
            int epoch = small.host().node().epochs().of(first + 1);
            frames.free(cpu, first, ORDER);
            assertThat(small.host().node().epochs().of(first + 1)).isEqualTo(epoch + 1);
            assertThat(small.host().node().zone().free(cpu)).isEqualTo(free);
            assertThatThrownBy(() -> frames.free(cpu, first, ORDER))
                    .hasMessageContaining("is freed by a driver");
        });
    }
}
