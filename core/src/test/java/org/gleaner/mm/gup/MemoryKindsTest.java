package org.gleaner.mm.gup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.refcount;
import static org.gleaner.mm.gup.Lookup.NOWAIT;
import static org.gleaner.mm.gup.Lookup.PIN;
import static org.gleaner.mm.gup.Lookup.WANT_WRITABLE;
import static org.gleaner.mm.gup.Lookup.WRITE;

import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.HostAudit;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Kinds of memory by calls: what a lookup returns, and that it leaves every count as it was.
final class MemoryKindsTest {
    private static final long AT = 5_000;
    private static final int PAGES = 16;

    /// Frames beyond the host's: there is no folio of them.
    private static final int NO_FOLIO = 1 << 24;

    private enum Made {
        ANON,
        MEMFD,
        DEVICE,
        DEVICE_READ_ONLY,
        NOTHING
    }

    /// What a lookup is to say: a page or a frame that the host maps writable (`W`) or not (`R`),
    /// or an error.
    private enum Answer {
        PAGE_W(PageClaim.Kind.OWNED, true, 0),
        PAGE_R(PageClaim.Kind.OWNED, false, 0),
        PIN_W(PageClaim.Kind.PINNED, true, 0),
        PIN_R(PageClaim.Kind.PINNED, false, 0),
        RAW_W(PageClaim.Kind.RAW, true, 0),
        RAW_R(PageClaim.Kind.RAW, false, 0),
        FAULT(PageClaim.Kind.ERROR, false, PageClaim.FAULT),
        RO_FAULT(PageClaim.Kind.ERROR, false, PageClaim.RO_FAULT);

        private final PageClaim.Kind kind;
        private final boolean writable;
        private final int error;

        Answer(PageClaim.Kind kind, boolean writable, int error) {
            this.kind = kind;
            this.writable = writable;
            this.error = error;
        }
    }

    /// A row of the table: R with map_writable, W, pin W, pin R.
    private enum Kind {
        EXCLUSIVE_ANON(Made.ANON, true, Answer.PAGE_W, Answer.PAGE_W, Answer.PIN_W, Answer.PIN_R),
        SHARED_MEMFD(Made.MEMFD, true, Answer.PAGE_W, Answer.PAGE_W, Answer.PIN_W, Answer.PIN_R),
        READ_ONLY_VMA(Made.ANON, false, Answer.PAGE_R, Answer.FAULT, Answer.FAULT, Answer.PIN_R),
        READ_ONLY_MEMFD(Made.MEMFD, false, Answer.PAGE_R, Answer.FAULT, Answer.FAULT, Answer.PIN_R),
        DEVICE(Made.DEVICE, true, Answer.RAW_W, Answer.RAW_W, Answer.FAULT, Answer.FAULT),
        DEVICE_READ_ONLY(
                Made.DEVICE_READ_ONLY,
                true,
                Answer.RAW_R,
                Answer.RO_FAULT,
                Answer.FAULT,
                Answer.FAULT),
        DEVICE_READ_ONLY_VMA(
                Made.DEVICE, false, Answer.RAW_R, Answer.RO_FAULT, Answer.FAULT, Answer.FAULT),
        NO_VMA(Made.NOTHING, false, Answer.FAULT, Answer.FAULT, Answer.FAULT, Answer.FAULT);

        private final Made made;
        private final boolean writable;
        private final Answer[] answers;

        Kind(Made made, boolean writable, Answer... answers) {
            this.made = made;
            this.writable = writable;
            this.answers = answers;
        }
    }

    private static final int[] CALLS = {WANT_WRITABLE, WRITE, WRITE | PIN, PIN};

    private final SmallHost small = SmallHost.virtual();
    private final PageClaim claim = new PageClaim();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyCallAnswersAsTheTableSaysAndLeavesTheCounts(Kind kind) {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            map(cpu, p, kind);
            p.task.access(cpu, AT, false);
            small.host().lru().drain(cpu);
            UserPages pages = small.host().pagesOf(p.mm);
            for (int call = 0; call < CALLS.length; call++) {
                for (int nowait : new int[] {0, NOWAIT}) {
                    Answer expected = kind.answers[call];
                    pages.lookUp(cpu, AT, CALLS[call] | nowait, claim);
                    assertThat(claim.kind()).as(kind + " " + call).isEqualTo(expected.kind);
                    assertThat(claim.writable()).isEqualTo(expected.writable);
                    assertThat(claim.error()).isEqualTo(expected.error);
                    if (claim.isOwned()) {
                        boolean pin = claim.kind() == PageClaim.Kind.PINNED;
                        int pfn = claim.pfn();
                        int owned = references(cpu, pfn);
                        pages.put(cpu, claim);
                        assertThat(owned - references(cpu, pfn))
                                .isEqualTo(pin ? FollowPfn.PIN_BIAS : 1);
                    } else {
                        pages.put(cpu, claim);
                    }
                    assertThat(claim.kind()).isEqualTo(PageClaim.Kind.FREE);
                }
            }
            assertThat(new HostAudit(small.host(), cpu).findings()).isEmpty();
        });
    }

    @Test
    void aDiskIsNotWaitedForUnderNowait() {
        lookUpInSwap(SmallHost.virtual().disk(), PageClaim.NEEDS_IO);
    }

    @Test
    void zramIsReadAtOnceUnderNowait() {
        lookUpInSwap(SmallHost.virtual(), 0);
    }

    private void lookUpInSwap(SmallHost host, int withoutWaiting) {
        host.run(cpu -> {
            Process p = host.process(cpu, 300, 1_000);
            p.writeAll(cpu, 0, 1_000);
            assertThat(p.isSwapped(0)).isTrue();
            UserPages pages = host.host().pagesOf(p.mm);
            pages.lookUp(cpu, Process.BASE, WRITE | NOWAIT, claim);
            assertThat(claim.error()).isEqualTo(withoutWaiting);
            assertThat(p.isSwapped(0)).isEqualTo(withoutWaiting != 0);
            pages.put(cpu, claim);
            pages.lookUp(cpu, Process.BASE, WRITE, claim);
            assertThat(claim.kind()).isEqualTo(PageClaim.Kind.OWNED);
            pages.put(cpu, claim);
        });
    }

    /// T-M5: an entry that is there is never mended, even where the driver would.
    @Test
    void theHandlerOfADeviceRunsOnlyIfNothingIsThere() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            DeviceMemory device = small.host().objects().newDevice(PAGES, NO_FOLIO, false);
            p.mm.map(cpu, AT, PAGES, device, 0, true);
            UserPages pages = small.host().pagesOf(p.mm);
            pages.lookUp(cpu, AT + 1, 0, claim);
            assertThat(claim.pfn()).isEqualTo(NO_FOLIO + 1);
            assertThat(device.faults(cpu)).isOne();
            device.setMapsWritable(cpu, true);
            pages.lookUp(cpu, AT + 1, WRITE, claim);
            assertThat(claim.error()).isEqualTo(PageClaim.RO_FAULT);
            assertThat(device.faults(cpu)).isOne();
            // the CPU's own write is let through by the same driver
            assertThat(p.task.access(cpu, AT + 1, true)).isEqualTo(PageFaults.DONE);
            pages.lookUp(cpu, AT + 1, WRITE, claim);
            assertThat(claim.kind()).isEqualTo(PageClaim.Kind.RAW);
        });
    }

    @Test
    void aDeviceThatMovesIsSeenAtItsNewFrames() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            DeviceMemory device = small.host().objects().newDevice(PAGES, NO_FOLIO, true);
            Vma vma = p.mm.map(cpu, AT, PAGES + 1, device, 0, true);
            UserPages pages = small.host().pagesOf(p.mm);
            pages.lookUp(cpu, AT + 3, WRITE, claim);
            small.host().mappingChanges().moveDevice(cpu, device, NO_FOLIO + 1_000);
            assertThat(entry(cpu, p, AT + 3)).isEqualTo(PteFormat.NONE);
            pages.lookUp(cpu, AT + 3, WRITE, claim);
            assertThat(claim.pfn()).isEqualTo(NO_FOLIO + 1_003);
            pages.lookUp(cpu, AT + PAGES, 0, claim);
            assertThat(claim.error()).as("beyond its end").isEqualTo(PageClaim.FAULT);
            small.host().mappingChanges().unmap(cpu, vma);
            assertThat(entry(cpu, p, AT + 3)).isEqualTo(PteFormat.NONE);
            assertThat(small.host().objects().count()).isOne();
        });
    }

    /// T-M3, with fewer operations: counts of frames that a driver owns never change.
    @Test
    void framesOfADriverKeepTheirCounts() {
        small.run(cpu -> {
            Process p = small.process(cpu, 300, 1_000);
            int frames = small.host().folios().frames();
            DeviceMemory device = small.host().objects().newDevice(PAGES, frames - PAGES, true);
            Vma vma = p.mm.map(cpu, AT, PAGES, device, 0, true);
            long[] before = new long[PAGES];
            for (int i = 0; i < PAGES; i++) {
                before[i] = small.host().folios().peek(cpu, frames - PAGES + i);
            }
            UserPages pages = small.host().pagesOf(p.mm);
            SplittableRandom random = new SplittableRandom(42);
            for (int turn = 0; turn < 20_000; turn++) {
                long vpn = AT + random.nextInt(PAGES);
                switch (random.nextInt(6)) {
                    case 0 -> p.task.access(cpu, vpn, random.nextBoolean());
                    case 1 -> small.host().mappingChanges().protect(cpu, vma, turn % 2 == 0);
                    case 2 -> small.host().mappingChanges().moveDevice(cpu, device, frames - PAGES);
                    case 3 -> p.write(cpu, random.nextInt(400));
                    default -> {
                        pages.lookUp(cpu, vpn, random.nextInt(32) & ~PIN, claim);
                        pages.markAccessed(cpu, claim);
                        pages.setDirty(cpu, claim);
                        pages.put(cpu, claim);
                    }
                }
            }
            assertThat(p.isSwapped(0) || p.isSwapped(1) || p.isSwapped(2))
                    .as("reclaim and aging went over the device's entries")
                    .isTrue();
            for (int i = 0; i < PAGES; i++) {
                assertThat(small.host().folios().peek(cpu, frames - PAGES + i))
                        .isEqualTo(before[i]);
            }
        });
    }

    private void map(Cpu cpu, Process p, Kind kind) {
        if (kind.made != Made.NOTHING) {
            p.mm.map(cpu, AT, PAGES, object(kind.made), 0, kind.writable);
        }
    }

    private RmapObject object(Made made) {
        return switch (made) {
            case MEMFD -> {
                Memfd memfd = small.host().objects().newMemfd(PAGES);
                yield memfd;
            }
            case DEVICE, DEVICE_READ_ONLY ->
                    small.host().objects().newDevice(PAGES, NO_FOLIO, made == Made.DEVICE);
            case ANON, NOTHING -> small.host().objects().newAnon();
        };
    }

    private int references(Cpu cpu, int pfn) {
        return refcount(small.host().folios().peek(cpu, small.host().folios().folio(cpu, pfn)));
    }

    private static long entry(Cpu cpu, Process p, long vpn) {
        return p.mm.tables().find(cpu, new Walk(), p.mm.root(), vpn);
    }
}
