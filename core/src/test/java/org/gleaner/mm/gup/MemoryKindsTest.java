package org.gleaner.mm.gup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;
import static org.gleaner.mm.folio.FolioLayout.LARGE;
import static org.gleaner.mm.folio.FolioLayout.TAIL;
import static org.gleaner.mm.folio.FolioLayout.refcount;
import static org.gleaner.mm.gup.Lookup.FAST_ONLY;
import static org.gleaner.mm.gup.Lookup.INTERRUPTIBLE;
import static org.gleaner.mm.gup.Lookup.NOWAIT;
import static org.gleaner.mm.gup.Lookup.PIN;
import static org.gleaner.mm.gup.Lookup.WANT_WRITABLE;
import static org.gleaner.mm.gup.Lookup.WRITE;

import java.util.Objects;
import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.audit.HostAudit;
import org.gleaner.mm.fault.NumaScan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.SamePageMerge;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifier;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.space.Userfault;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Kinds of memory by calls: what a lookup returns, and that it leaves every count as it was.
final class MemoryKindsTest {
    private static final long AT = 8 * 512;

    /// From one place to the next.
    private static final long APART = 1_024;

    private static final int PAGES = 16;

    /// Frames beyond the host's: there is no folio of them.
    private static final int NO_FOLIO = 1 << 24;

    private final SmallHost small = SmallHost.virtual().thp();
    private final PageClaim claim = new PageClaim();
    private final Invalidations invalidations = new Invalidations();

    /// The columns of the table.
    private static final int[] CALLS = {
        WANT_WRITABLE, WRITE, WRITE | PIN, PIN, WRITE | FAST_ONLY, 0
    };

    /// Kinds of memory, named as in the table below.
    private enum Kind {
        ANON_EXCLUSIVE,
        ANON_SHARED,
        ANON_UNTOUCHED,
        ZEROES,
        HUGE_UNTOUCHED,
        HUGE_ZEROES,
        MEMFD,
        FILE_WITH_WRITE_NOTIFY,
        HUGE_ANON,
        HUGETLB,
        HUGETLB_UNTOUCHED,
        DEVICE,
        DEVICE_READ_ONLY,
        DEVICE_IN_READ_ONLY_VMA,
        NUMA_HINT,
        HUGE_NUMA_HINT,
        PROT_NONE,
        NO_VMA,
        READ_ONLY_VMA,
        MEMFD_IN_READ_ONLY_VMA,
        SECRET,
        DEVICE_PAGES,
        MERGED
    }

    /// What each call says: an owned page, a pin, a raw frame or nothing owned of zeroes, that the
    /// host maps writable (`w`) or not (`r`); or an error. With `!`, secondary MMUs were told of
    /// one invalidation within the call.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    #                         R         W         pin W    pin R     prefetch  get page NOWAIT
                    ANON_EXCLUSIVE          | page w  | page w  | pin w  | pin r   | page w  | page r  | =
                    ANON_SHARED             | page r  | page w! | pin w! | pin r!  | FAULT   | page r  | =
                    ANON_UNTOUCHED          | page r  | page w  | pin w  | zeroes r| FAULT   | page r  | =
                    ZEROES                  | page r  | page w! | pin w! | zeroes r| FAULT   | page r  | =
                    HUGE_UNTOUCHED          | page r  | page w  | pin w  | pin r   | FAULT   | page r  | =
                    HUGE_ZEROES             | page r  | page w! | pin w! | pin r   | FAULT   | page r  | =
                    MEMFD                   | page w  | page w  | pin w  | pin r   | page w  | page r  | =
                    FILE_WITH_WRITE_NOTIFY  | page r  | page w  | pin w  | pin r   | FAULT   | page r  | =
                    HUGE_ANON               | page w  | page w  | pin w  | pin r   | page w  | page r  | =
                    HUGETLB                 | page w  | page w  | pin w  | pin r   | page w  | page r  | =
                    HUGETLB_UNTOUCHED       | page w  | page w  | pin w  | pin r   | FAULT   | page r  | =
                    DEVICE                  | raw w   | raw w   | FAULT  | FAULT   | FAULT   | raw w   | =
                    DEVICE_READ_ONLY        | raw r   | RO_FAULT| FAULT  | FAULT   | FAULT   | raw r   | =
                    DEVICE_IN_READ_ONLY_VMA | raw r   | RO_FAULT| FAULT  | FAULT   | FAULT   | raw r   | =
                    NUMA_HINT               | page w  | page w  | pin w  | pin r   | FAULT   | page r  | =
                    HUGE_NUMA_HINT          | page w  | page w  | pin w  | pin r   | FAULT   | page r  | =
                    PROT_NONE               | FAULT   | FAULT   | FAULT  | FAULT   | FAULT   | FAULT   | =
                    NO_VMA                  | FAULT   | FAULT   | FAULT  | FAULT   | FAULT   | FAULT   | =
                    READ_ONLY_VMA           | page r  | FAULT   | FAULT  | pin r   | FAULT   | page r  | =
                    MEMFD_IN_READ_ONLY_VMA  | page r  | FAULT   | FAULT  | pin r   | FAULT   | page r  | =
                    SECRET                  | FAULT   | FAULT   | FAULT  | FAULT   | FAULT   | FAULT   | NEEDS_IO
                    DEVICE_PAGES            | page w  | page w  | pin w  | pin r   | page w  | page r  | =
                    MERGED                  | page r  | page w! | pin w! | pin r!  | FAULT   | page r  | =
                    """)
    void everyCallAnswersAsTheTableSaysAndLeavesTheCounts(
            Kind kind,
            String read,
            String write,
            String pinToWrite,
            String pinToRead,
            String prefetch,
            String getPage,
            String nowait) {
        String[] answers = {read, write, pinToWrite, pinToRead, prefetch, getPage};
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            p.mm.notifiers().register(cpu, invalidations);
            assertThat(small.host().node().hugetlb().grow(cpu, 24)).isEqualTo(24);
            long at = AT;
            for (int call = 0; call < CALLS.length; call++) {
                make(cpu, p, at, kind);
                look(cpu, p, at, CALLS[call], answers[call]);
                at += APART;
                if ((CALLS[call] & FAST_ONLY) == 0) {
                    make(cpu, p, at, kind);
                    String later = nowait.equals("=") ? answers[call] : nowait;
                    look(cpu, p, at, CALLS[call] | NOWAIT, later);
                    at += APART;
                }
            }
            assertThat(new HostAudit(small.host(), cpu).findings()).isEmpty();
        });
    }

    private void look(Cpu cpu, Process p, long at, int how, String answer) {
        UserPages pages = small.host().pages().of(p.mm);
        small.host().lru().drain(cpu);
        int told = invalidations.count;
        pages.lookUp(cpu, at, how, claim);
        assertThat(said(cpu, pages) + (invalidations.count > told ? "!" : ""))
                .as("lookup %x", how)
                .isEqualTo(answer);
        assertThat(invalidations.count - told).isLessThanOrEqualTo(1);
        assertThat(claim.kind()).isEqualTo(PageClaim.Kind.FREE);
    }

    /// The answer in the words of the table; gives back what it owns and checks what that was.
    private String said(Cpu cpu, UserPages pages) {
        String access = claim.writable() ? " w" : " r";
        PageClaim.Kind kind = claim.kind();
        int pfn = claim.pfn();
        int error = claim.error();
        int owned = claim.isOwned() ? references(cpu, pfn) : 0;
        pages.put(cpu, claim);
        return switch (kind) {
            case OWNED -> {
                assertThat(owned - references(cpu, pfn)).isOne();
                yield "page" + access;
            }
            case PINNED -> {
                int given = owned - references(cpu, pfn);
                boolean large = (small.host().folios().peek(cpu, pfn) & (LARGE | TAIL)) != 0;
                assertThat(given).isIn(0, large ? 1 : FolioLayout.PIN_BIAS);
                yield (given == 0 ? "zeroes" : "pin") + access;
            }
            case RAW -> "raw" + access;
            case FREE -> "free";
            case ERROR ->
                    switch (error) {
                        case PageClaim.FAULT -> "FAULT";
                        case PageClaim.RO_FAULT -> "RO_FAULT";
                        case PageClaim.NEEDS_IO -> "NEEDS_IO";
                        default -> "error " + error;
                    };
        };
    }

    /// Maps memory of a kind at `at`, as it is once it was used as its name says.
    private void make(Cpu cpu, Process p, long at, Kind kind) {
        switch (kind) {
            case NO_VMA -> {}
            case ANON_EXCLUSIVE, HUGE_ANON -> touched(cpu, p, at, kind);
            case ANON_SHARED ->
                    small.host()
                            .userMemory()
                            .actors()
                            .fork()
                            .share(cpu, touched(cpu, p, at, kind), p.mm, at + 512);
            case MERGED -> {
                Vma vma = touched(cpu, p, at, kind);
                Vma other = touched(cpu, p, at + 512, kind);
                small.host().lru().drain(cpu);
                SamePageMerge merge = small.host().userMemory().actors().merge();
                assertThat(merge.merge(cpu, other, at + 512, vma, at)).isTrue();
            }
            case ANON_UNTOUCHED, HUGE_UNTOUCHED -> map(cpu, p, at, kind).mapZeroPages();
            case HUGETLB_UNTOUCHED -> map(cpu, p, at, kind);
            case ZEROES, HUGE_ZEROES -> {
                map(cpu, p, at, kind).mapZeroPages();
                p.task.access(cpu, at, false);
            }
            case NUMA_HINT -> {
                Vma vma = touched(cpu, p, at, kind);
                assertThat(small.host().userMemory().actors().numaScan().scan(cpu, vma, at, at + 1))
                        .isOne();
            }
            case HUGE_NUMA_HINT -> {
                Vma vma = touched(cpu, p, at, kind);
                NumaScan scan = small.host().userMemory().actors().numaScan();
                assertThat(scan.scan(cpu, vma, at, at + HUGE_PAGES)).isOne();
            }
            case PROT_NONE -> {
                Vma vma = touched(cpu, p, at, kind);
                small.host().mappingChanges().protectNone(cpu, vma);
            }
            default -> {
                map(cpu, p, at, kind);
                p.task.access(cpu, at, false);
            }
        }
    }

    private Vma touched(Cpu cpu, Process p, long at, Kind kind) {
        Vma vma = map(cpu, p, at, kind);
        p.task.access(cpu, at, true);
        small.host().lru().drain(cpu);
        return vma;
    }

    private Vma map(Cpu cpu, Process p, long at, Kind kind) {
        boolean writable =
                switch (kind) {
                    case READ_ONLY_VMA, MEMFD_IN_READ_ONLY_VMA, DEVICE_IN_READ_ONLY_VMA -> false;
                    default -> true;
                };
        int pages = kind.name().startsWith("HUGE") ? HUGE_PAGES : PAGES;
        return p.mm.map(cpu, at, pages, object(kind), 0, writable);
    }

    private RmapObject object(Kind kind) {
        RmapObjects objects = small.host().objects();
        return switch (kind) {
            case HUGETLB, HUGETLB_UNTOUCHED ->
                    objects.newHugetlb(small.host().node().hugetlb(), 1, true);
            case MEMFD, MEMFD_IN_READ_ONLY_VMA -> objects.newMemfd(PAGES);
            case FILE_WITH_WRITE_NOTIFY -> objects.newFile(PAGES, Memfd.Kind.NOTIFIED);
            case SECRET -> objects.newFile(PAGES, Memfd.Kind.SECRET);
            case DEVICE_PAGES -> objects.newFile(PAGES, Memfd.Kind.DEVICE_PAGES);
            case DEVICE, DEVICE_IN_READ_ONLY_VMA -> objects.newDevice(PAGES, NO_FOLIO, true);
            case DEVICE_READ_ONLY -> objects.newDevice(PAGES, NO_FOLIO, false);
            default -> objects.newAnon();
        };
    }

    /// A subscriber that counts invalidations.
    private static final class Invalidations extends MmuNotifier {
        private int count;

        @Override
        public boolean clearFlushYoung(Cpu cpu, long start, long end) {
            return false;
        }

        @Override
        public boolean clearYoung(Cpu cpu, long start, long end) {
            return false;
        }

        @Override
        public boolean testYoung(Cpu cpu, long vpn) {
            return false;
        }

        @Override
        public void invalidateRangeStart(
                Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
            count++;
        }

        @Override
        public void invalidateRangeEnd(Cpu cpu, long start, long end) {}

        @Override
        public void release(Cpu cpu) {}
    }

    /// Kind T: who may not wait is told so at once; who may, waits for the monitor, or for a
    /// signal.
    @Test
    void aMissingPageIsWaitedForUntilAMonitorFillsItOrASignalComes() {
        Word ready = new Word();
        Process[] process = new Process[1];
        long[] monitored = new long[2];
        small.run(
                cpu -> {
                    Process p = small.process(cpu, Memcg.UNLIMITED, 100);
                    process[0] = p;
                    Userfault monitor = new Userfault(Userfault.Mode.MISSING, 8, MemorySteps.LINUX);
                    p.vma.register(monitor);
                    cpu.store(ready, 1);
                    UserPages pages = small.host().pages().of(p.mm);
                    pages.lookUp(cpu, Process.BASE, WRITE | NOWAIT, claim);
                    assertThat(claim.error()).isEqualTo(PageClaim.NEEDS_IO);
                    pages.lookUp(cpu, Process.BASE, WRITE, claim);
                    assertThat(claim.kind()).isEqualTo(PageClaim.Kind.OWNED);
                    pages.put(cpu, claim);
                    pages.lookUp(cpu, Process.BASE, WRITE | NOWAIT, claim);
                    assertThat(claim.kind()).as("it is there").isEqualTo(PageClaim.Kind.OWNED);
                    pages.put(cpu, claim);
                    pages.lookUp(cpu, Process.BASE + 1, INTERRUPTIBLE, claim);
                    assertThat(claim.error()).isEqualTo(PageClaim.SIGPENDING);
                    pages.lookUp(cpu, Process.BASE, INTERRUPTIBLE, claim);
                    assertThat(claim.kind())
                            .as("a signal ends waits alone")
                            .isEqualTo(PageClaim.Kind.OWNED);
                    pages.put(cpu, claim);
                },
                cpu -> {
                    cpu.block(ready, -1, 1);
                    Process p = process[0];
                    Userfault monitor = Objects.requireNonNull(p.vma.userfault());
                    monitor.addReader(cpu);
                    monitored[0] = monitor.next(cpu);
                    small.host().faults().supply(cpu, p.mm, monitored[0]);
                    monitored[1] = monitor.next(cpu);
                    p.mm.signal(cpu);
                });
        assertThat(monitored).containsExactly(Process.BASE, Process.BASE + 1);
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
            UserPages pages = host.host().pages().of(p.mm);
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
            UserPages pages = small.host().pages().of(p.mm);
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
            UserPages pages = small.host().pages().of(p.mm);
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
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = small.process(cpu, 300, 1_000);
            int frames = small.host().folios().frames();
            DeviceMemory device = small.host().objects().newDevice(PAGES, frames - PAGES, true);
            Vma vma = p.mm.map(cpu, AT, PAGES, device, 0, true);
            long[] before = new long[PAGES];
            for (int i = 0; i < PAGES; i++) {
                before[i] = small.host().folios().peek(cpu, frames - PAGES + i);
            }
            UserPages pages = small.host().pages().of(p.mm);
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

    private int references(Cpu cpu, int pfn) {
        return refcount(small.host().folios().peek(cpu, small.host().folios().folio(cpu, pfn)));
    }

    private static long entry(Cpu cpu, Process p, long vpn) {
        return p.mm.tables().find(cpu, new Walk(), p.mm.root(), vpn);
    }
}
