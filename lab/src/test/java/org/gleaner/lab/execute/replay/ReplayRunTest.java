package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Stage2;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Replays of a small trace: one hot page in each of eight 2 MiB, among 64 that are touched once in
/// a while.
final class ReplayRunTest {
    private static final int HUGE = 512;
    private static final int RANGES = 8;

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({"MGLRU, HOST", "MGLRU, KVM", "CLASSIC, HOST", "CLASSIC, KVM"})
    void hugePagesWasteTheMemoryAroundAHotPage(Lru lru, Through through) throws IOException {
        Trace trace = trace();
        ReplayResult small = run(trace, lru, through, Thp.NEVER);
        ReplayResult huge = run(trace, lru, through, Thp.ALWAYS);
        assertThat(small.vmstat()).containsEntry("thp_fault_alloc", 0L);
        assertThat(small.vmstat()).containsEntry("pgmajfault", 0L);
        assertThat(huge.vmstat().get("thp_fault_alloc")).isBetween(2L, (long) RANGES);
        assertThat(huge.vmstat().get("pgmajfault")).isPositive();
        assertThat(huge.vmstat().get("thp_swpout")).isPositive();
        assertThat(run(trace, lru, through, Thp.ALWAYS).vmstat()).isEqualTo(huge.vmstat());
    }

    @ParameterizedTest
    @CsvSource({
        "MGLRU, NONE, 0, 60",
        "CLASSIC, NONE, 0, 60",
        "MGLRU, ZRAM, 100, 60",
        "CLASSIC, SSD, 100, 60",
        "MGLRU, ZRAM, 4096, 0",
        "CLASSIC, ZRAM, 4096, 0"
    })
    void withoutSwapToTakeItALimitThatIsTooSmallKills(
            Lru lru, SwapDeviceChoice device, long pages, int swappiness) throws IOException {
        Trace trace = trace();
        int limit = trace.distinctPages() - 110;
        ReplayResult killed =
                run(trace, limit, lru, Through.HOST, Thp.NEVER, device, pages, swappiness);
        assertThat(killed.oomKill()).isTrue();
        assertThat(killed.failures()).hasSize(1);
        assertThat(killed.replayedAccesses()).isPositive().isLessThan(killed.accesses());
        assertThat(killed.vmstat().get("pswpout") > 0).isEqualTo(pages > 0 && swappiness > 0);
        int enough = trace.distinctPages() + ReplayRequest.KERNEL_PAGES + ReplayRequest.OWN_PAGES;
        ReplayResult fits =
                run(trace, enough, lru, Through.HOST, Thp.NEVER, device, pages, swappiness);
        assertThat(fits.oomKill()).isFalse();
        assertThat(fits.vmstat()).containsEntry("pswpout", 0L);
    }

    /// What real kernels counted in the same run behind a nested guest, to the last count
    /// (`validation/run.sh --kind kvm --mem-pages 1500`): it takes every page of the program that
    /// asks, and when reclaim's worker runs.
    @ParameterizedTest
    @CsvSource({"V6_1, 21203, 22662, 61092", "V6_12, 21013, 22445, 25378"})
    void behindAGuestCountsAreTheKernels(Kernel kernel, long faults, long written, long scanned)
            throws IOException {
        Trace trace = trace(skewed());
        for (long seed = 1; seed <= 2; seed++) {
            ReplayResult result = behindGuest(trace, kernel, 1500, seed);
            assertThat(result.vmstat())
                    .containsEntry("pgmajfault", faults)
                    .containsEntry("pswpout", written)
                    .containsEntry("pgscan", scanned);
        }
    }

    /// The lesser of two of 3,000 pages, by a generator that any language has; a quarter writes.
    private static int[] skewed() {
        int[] words = new int[60_000];
        int x = 1;
        for (int i = 0; i < words.length; i++) {
            x = next(x);
            int one = (x >> 8) % 3000;
            x = next(x);
            int other = (x >> 8) % 3000;
            x = next(x);
            words[i] = Math.min(one, other) | ((x >> 8) % 4 == 0 ? 1 << 31 : 0);
        }
        return words;
    }

    private static int next(int x) {
        return x * 1103515245 + 12345 & 0x7fff_ffff;
    }

    /// A real 6.12 runs such a loop at 12 pages under MGLRU (3,806 major faults), and at 32 on the
    /// classic lists; at 16 its OOM killer ends that.
    @ParameterizedTest
    @CsvSource({"MGLRU, HOST", "MGLRU, KVM", "CLASSIC, HOST", "CLASSIC, KVM"})
    void aLimitMayBeSmallerThanABatch(Lru lru, Through through) throws IOException {
        int[] loop = IntStream.range(0, 2000).map(i -> i % 200).toArray();
        Trace trace = trace(loop);
        for (int limit : new int[] {1, 4, 5, 8, 16, 32, 63}) {
            ReplayResult result =
                    run(
                            trace,
                            limit,
                            lru,
                            through,
                            Thp.NEVER,
                            SwapDeviceChoice.ZRAM,
                            ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4),
                            60);

            assertThat(result.oomKill()).isEqualTo(result.replayedAccesses() < loop.length);
            assertThat(result.failures()).hasSize(result.oomKill() ? 1 : 0);
            if (limit <= ReplayRequest.KERNEL_PAGES) {
                assertThat(result.replayedAccesses()).isZero();
            } else if (limit >= 12 && lru == Lru.MGLRU) {
                assertThat(result.vmstat().get("pgmajfault")).isBetween(1600L, 1820L);
            }
        }
    }

    /// With hardware that sets the flag arm64 differs from x86 in the bits of MGLRU and in what its
    /// guest did before; without, each page that was aged and is used again costs one more fault,
    /// and no page table is walked. Three pages, one for each table, were shown as zeroes before
    /// they were written to.
    @Test
    void arm64FaultsForTheFlagWhereHardwareDoesNotSetIt() throws IOException {
        Trace trace = trace(zipf());
        ReplayResult x86 = onArch(trace, ArchChoice.X86, true, 0x3);
        ReplayResult hardware = onArch(trace, ArchChoice.ARM64, true, 0x3);
        ReplayResult software = onArch(trace, ArchChoice.ARM64, false, 0x1);
        double x86Faults = x86.vmstat().get("pgmajfault");
        assertThat(hardware.vmstat().get("pgmajfault") / x86Faults).isBetween(0.98, 1.02);
        assertThat(hardware.stage2().mappedAfterRelease()).isZero();
        assertThat(hardware.stage2().accessFaults()).isZero();
        assertThat(hardware.stage2().permissionFaults()).isEqualTo(3);
        assertThat(software.stage2().accessFaults()).isBetween(500L, 20_000L);
        assertThat(software.stage2().translationFaults() + 3)
                .isEqualTo(software.secondStage().faults() + software.secondStage().retries());
    }

    /// The forms of the series' agers that only arm64 had are asked the same and answer the same;
    /// what they leave behind is not.
    @Test
    void agersAsPostedAndAsReviewedDifferInWhatTheyLeave() throws IOException {
        Trace trace = trace(zipf());
        Stage2 posted = aged(trace, AgingChoice.V1_AS_POSTED, true);
        Stage2 asked = aged(trace, AgingChoice.V1, true);
        Stage2 second = aged(trace, AgingChoice.V2_AS_REVIEWED, true);
        assertThat(posted.mappedAfterRelease()).isBetween(600L, 700L);
        assertThat(posted.emptiedTables()).isZero();
        assertThat(asked.mappedAfterRelease()).isZero();
        assertThat(asked.callbackEntries()).isEqualTo(512 * asked.emptiedTables()).isPositive();
        assertThat(second.emptiedTables()).isEqualTo(asked.emptiedTables());
        assertThat(second.callbackEntries()).isZero();
        assertThat(asked.ageWriteLocks()).isZero();
        assertThat(aged(trace, AgingChoice.V2_AS_REVIEWED, false).ageWriteLocks()).isZero();
        Stage2 fallsBack = aged(trace, AgingChoice.V2, false);
        assertThat(fallsBack.ageWriteLocks()).isBetween(almostAll(fallsBack), all(fallsBack));
        assertThat(asked.rangeFlushes()).isPositive().isLessThanOrEqualTo(asked.unmapCalls() + 1);
        Stage2 third = aged(trace, AgingChoice.V3_AS_POSTED, true);
        assertThat(third.ageReadLocks()).isBetween(almostAll(third), all(third));
        assertThat(third).isEqualTo(aged(trace, AgingChoice.V3, true));
    }

    private static long all(Stage2 calls) {
        return calls.ageCalls() + calls.testAgeCalls();
    }

    /// Those for the process's own page, which no slot has, take no lock.
    private static long almostAll(Stage2 calls) {
        return all(calls) - all(calls) / 100;
    }

    /// What a protected guest has touched stays, in a limit that has room for it, and in none else;
    /// an erratum makes a guest's flags software's, and leaves the host its walks.
    @Test
    void aProtectedGuestIsNeitherAgedNorReclaimed() throws IOException {
        Trace trace = trace(zipf());
        long pages = trace.distinctPages();
        ReplayResult kept = kind(trace, Stage2Choice.PROTECTED, pages + 300, 5_000);
        assertThat(kept.oomKill()).isFalse();
        assertThat(kept.stage2().translationFaults()).as("some it had").isBetween(pages - 3, pages);
        assertThat(kept.vmstat().get("pgmajfault")).isZero();
        assertThat(kept.vmstat().get("pswpout")).isZero();
        assertThat(kept.stage2().mappedAfterRelease()).isZero();
        assertThatThrownBy(() -> kind(trace, Stage2Choice.PROTECTED, 700, 0))
                .hasMessageContaining("pins all of its")
                .hasMessageContaining("give --memory " + (pages + 4 + 2 * 3 + 40) + "p");
        ReplayResult erratum = kind(trace, Stage2Choice.AC03_CPU_38, 700, 0);
        ReplayResult plain = kind(trace, Stage2Choice.PLAIN, 700, 0);
        assertThat(plain.stage2().accessFaults()).isZero();
        assertThat(erratum.stage2().accessFaults()).isPositive();
        assertThat(erratum.lruGen()).isEqualTo(plain.lruGen());
    }

    private static ReplayResult kind(Trace trace, Stage2Choice kind, long limit, long ageEvery) {
        HostChoices host =
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                        .withLru(Lru.MGLRU, new LruGenChoice(0x3))
                        .withThrough(Through.KVM)
                        .withArch(ArchChoice.ARM64, true)
                        .withStage2(kind);
        return ReplayRun.run(new ReplayRequest(trace, limit, host, ageEvery), Progress.SILENT);
    }

    private static Stage2 aged(Trace trace, AgingChoice design, boolean hardware)
            throws IOException {
        int bits = hardware ? 0xb : 0x9;
        return onArch(trace, ArchChoice.ARM64, hardware, bits, design).stage2();
    }

    /// A task's own accesses fault for the flag as a guest's do, and nothing else changes: reclaim
    /// sees the same bits.
    @Test
    void aTaskFaultsForTheFlagToo() throws IOException {
        Trace trace = trace(zipf());
        Map<String, Long> hardware = ofTask(trace, true);
        Map<String, Long> software = ofTask(trace, false);
        long more = software.get("pgfault") - hardware.get("pgfault");
        assertThat(more).isBetween(500L, 20_000L);
        double faults = hardware.get("pgmajfault");
        assertThat(software.get("pgmajfault") / faults).isBetween(0.98, 1.02);
    }

    private static Map<String, Long> ofTask(Trace trace, boolean hardware) {
        AgingChoice merged = AgingChoice.LOCKED;
        return onArch(trace, ArchChoice.ARM64, hardware, 0x1, merged, Through.HOST).vmstat();
    }

    private static int[] zipf() {
        Random random = new Random(2);
        int[] accesses = new int[60_000];
        for (int i = 0; i < accesses.length; i++) {
            accesses[i] = (int) (1500 * Math.pow(random.nextDouble(), 3));
        }
        return accesses;
    }

    private static ReplayResult onArch(Trace trace, ArchChoice arch, boolean hardware, int bits) {
        return onArch(trace, arch, hardware, bits, AgingChoice.LOCKED);
    }

    private static ReplayResult onArch(
            Trace trace, ArchChoice arch, boolean hardware, int bits, AgingChoice aging) {
        return onArch(trace, arch, hardware, bits, aging, Through.KVM);
    }

    private static ReplayResult onArch(
            Trace trace,
            ArchChoice arch,
            boolean hardware,
            int bits,
            AgingChoice aging,
            Through through) {
        return underMglru(trace, 700, arch, hardware, bits, Kernel.V6_12, aging, through, 1);
    }

    private static ReplayResult behindGuest(Trace trace, Kernel kernel, long limit, long seed) {
        return underMglru(
                trace, limit, ArchChoice.X86, true, 7, kernel, kernel.aging(), Through.KVM, seed);
    }

    private static ReplayResult underMglru(
            Trace trace,
            long limit,
            ArchChoice arch,
            boolean hardware,
            int bits,
            Kernel kernel,
            AgingChoice aging,
            Through through,
            long seed) {
        HostChoices host =
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                        .withKernel(kernel)
                        .withAging(aging)
                        .withLru(Lru.MGLRU, new LruGenChoice(bits))
                        .withThrough(through)
                        .withArch(arch, hardware)
                        .withSeed(seed);
        return ReplayRun.run(new ReplayRequest(trace, limit, host, 0), Progress.SILENT);
    }

    private static ReplayResult run(Trace trace, Lru lru, Through through, Thp thp) {
        long ample = ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4);
        return run(trace, 2 * HUGE + 200, lru, through, thp, SwapDeviceChoice.ZRAM, ample, 60);
    }

    private static ReplayResult run(
            Trace trace,
            long limit,
            Lru lru,
            Through through,
            Thp thp,
            SwapDeviceChoice swap,
            long swapPages,
            int swappiness) {
        return ReplayRun.run(
                new ReplayRequest(
                        trace,
                        limit,
                        HostChoices.swappingTo(swapPages)
                                .withLru(
                                        lru,
                                        lru == Lru.MGLRU ? LruGenChoice.ALL : LruGenChoice.NONE)
                                .withThrough(through)
                                .withThp(thp)
                                .withSwap(swap, swapPages)
                                .withSwappiness(swappiness),
                        0),
                Progress.SILENT);
    }

    private Trace trace() throws IOException {
        Random random = new Random(1);
        int[] accesses = new int[20_000];
        for (int i = 0; i < accesses.length; i++) {
            int range = random.nextInt(RANGES);
            int page = random.nextInt(10) > 0 ? 0 : random.nextInt(64);
            accesses[i] = range * HUGE + page;
        }
        return trace(accesses);
    }

    private Trace trace(int[] accesses) throws IOException {
        ByteBuffer words = ByteBuffer.allocate(accesses.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        words.asIntBuffer().put(accesses);
        Path file = directory.resolve("hot.u32");
        Files.write(file, words.array());
        return TraceReader.read(file);
    }
}
