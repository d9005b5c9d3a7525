package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.kvm.GuestOfHost.OTHER;
import static org.gleaner.mm.folio.FolioLayout.UPTODATE;
import static org.gleaner.mm.folio.FolioLayout.refcount;
import static org.gleaner.mm.gup.Lookup.NOWAIT;
import static org.gleaner.mm.gup.Lookup.PIN;
import static org.gleaner.mm.gup.Lookup.WANT_WRITABLE;
import static org.gleaner.mm.gup.Lookup.WRITE;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Vma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Drivers that show a guest frames in their own ways: all at once, after waiting, or between
/// ordinary pages.
final class DeviceHandlersTest {
    private static final int PAGES = 16;

    /// Frames beyond the host's: there is no folio of them.
    private static final int NO_FOLIO = 1 << 24;

    private final PageClaim claim = new PageClaim();

    private static void run(GuestOfHost.Body body) {
        GuestOfHost.run(SmallHost.virtual(), GuestOfHost.config(), Memcg.UNLIMITED, 64, body);
    }

    @Test
    void whatIsShownAtOnceNeedsNoHandlerAndIsGoneOnceItMoves() {
        run((cpu, guest) -> {
            DeviceMemory device = guest.host.objects().newDevice(PAGES, NO_FOLIO, true);
            device.setLazy(cpu, false);
            Vma vma = guest.map(cpu, device, PAGES, true);
            assertThat(guest.frame(cpu, OTHER)).isEqualTo(PageClaim.FAULT);
            long faults = device.faults(cpu);
            assertThat(guest.host.faults().showAll(cpu, vma, device)).isEqualTo(PageFaults.DONE);
            for (int i = 0; i < PAGES; i++) {
                assertThat(guest.frame(cpu, OTHER + i)).isEqualTo(NO_FOLIO + i);
            }
            assertThat(device.faults(cpu)).isEqualTo(faults);
            guest.host.mappingChanges().moveDevice(cpu, device, NO_FOLIO + 100);
            assertThat(guest.frame(cpu, OTHER)).isEqualTo(PageClaim.FAULT);
            guest.host.faults().showAll(cpu, vma, device);
            assertThat(guest.frame(cpu, OTHER)).isEqualTo(NO_FOLIO + 100);
        });
    }

    /// S2: while the handler waits without mmap_lock, another CPU moves the pages.
    @Test
    void aHandlerThatDropsTheLockIsCalledAgainAndFindsWhatIsThereNow() {
        run((cpu, guest) -> {
            DeviceMemory device = guest.host.objects().newDevice(PAGES, NO_FOLIO, true);
            guest.map(cpu, device, PAGES, true);
            device.dropLock(cpu, 1);
            Word moved = new Word();
            guest.host
                    .engine()
                    .spawn(
                            "mover",
                            mover -> {
                                while (device.faults(mover) == 0) {
                                    mover.sleep(500);
                                }
                                guest.host
                                        .mappingChanges()
                                        .moveDevice(mover, device, NO_FOLIO + 100);
                                mover.fetchAdd(moved, 1);
                            });
            assertThat(guest.vcpu.access(cpu, OTHER + 2, true)).isZero();
            assertThat(moved.snapshot()).as("it moved before the handler was back").isOne();
            assertThat(device.faults(cpu)).isEqualTo(2);
            assertThat(guest.frame(cpu, OTHER + 2)).isEqualTo(NO_FOLIO + 102);
        });
    }

    /// S17: the guest has the pages and not the frames, which need `VM_IO` to be found.
    @ParameterizedTest
    @EnumSource
    void pagesAndFramesInOneMapping(DeviceMemory.Flags flags) {
        run((cpu, guest) -> {
            DeviceMemory device = guest.host.objects().newDevice(flags, PAGES, NO_FOLIO, true);
            boolean mixed = flags == DeviceMemory.Flags.MIXED;
            int page = -1;
            if (mixed) {
                page = guest.host.allocator().allocate(cpu, guest.host.memcgs().root(), UPTODATE);
                device.showPage(cpu, 1, page);
            }
            Vma vma = guest.map(cpu, device, PAGES, true);
            assertThat(guest.frame(cpu, OTHER + 2))
                    .isEqualTo(mixed ? PageClaim.FAULT : NO_FOLIO + 2);
            assertThat(guest.frame(cpu, OTHER + 1)).isEqualTo(mixed ? page : NO_FOLIO + 1);
            if (mixed) {
                theFrameIsNoPage(cpu, guest);
                thePageIsCounted(cpu, guest, page);
                guest.host.mappingChanges().unmap(cpu, vma);
                assertThat(refcount(guest.host.folios().peek(cpu, page))).isOne();
                guest.host.lru().put(cpu, page);
            }
        });
    }

    /// Kind L.
    private void theFrameIsNoPage(Cpu cpu, GuestOfHost guest) {
        for (int how : new int[] {WANT_WRITABLE, WRITE, WRITE | PIN, PIN}) {
            guest.pages.lookUp(cpu, OTHER + 2, how, claim);
            assertThat(claim.error()).isEqualTo(PageClaim.FAULT);
            guest.pages.lookUp(cpu, OTHER + 2, how | NOWAIT, claim);
            assertThat(claim.error()).isEqualTo(PageClaim.NEEDS_IO);
        }
        guest.pages.put(cpu, claim);
    }

    /// Kind K.
    private void thePageIsCounted(Cpu cpu, GuestOfHost guest, int page) {
        int before = refcount(guest.host.folios().peek(cpu, page));
        for (int how : new int[] {WANT_WRITABLE, WRITE, WRITE | PIN, PIN}) {
            guest.pages.lookUp(cpu, OTHER + 1, how, claim);
            assertThat(claim.isOwned()).isTrue();
            assertThat(refcount(guest.host.folios().peek(cpu, page))).isGreaterThan(before);
            guest.pages.put(cpu, claim);
            assertThat(refcount(guest.host.folios().peek(cpu, page))).isEqualTo(before);
        }
    }
}
