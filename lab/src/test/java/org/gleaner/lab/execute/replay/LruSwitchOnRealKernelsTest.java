package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `lru_gen/enabled` written after 150,000 and 350,000 accesses of a replay, beside what real
/// kernels counted between the two and after the second
/// (`validation/run.sh traces/zipf.u32.xz --mem-pages 8192 --switch 150000:n,350000:y`, and with
/// `--mode classic` the other way round). One to three runs each, which differ by up to 3 %.
final class LruSwitchOnRealKernelsTest {
    private static final int LIMIT = 8192;
    private static final int FIRST = 150_000;
    private static final int SECOND = 350_000;

    /// Pages that are in no list while they wait in a batch.
    private static final int BATCHED = 100;

    /// The counters, and the lists before and after a write.
    private record Seen(long faults, long scanned, long inactive, long active, long inactiveNow) {}

    private final List<Seen> seen = new ArrayList<>();

    @ParameterizedTest(name = "{0}, {1} first")
    @CsvSource({
        // kernel, first, faults between and after, pages scanned between and after
        "6.1, MGLRU, 31067, 26698, 87120, 35476",
        "6.12, MGLRU, 30668, 26179, 83198, 33627",
        "6.18, MGLRU, 30473, 24998, 82573, 30425",
        "7.2, MGLRU, 30621, 26020, 82417, 32968",
        "6.12, CLASSIC, 30352, 26320, 43732, 63062",
        "6.18, CLASSIC, 28970, 26113, 40048, 61643",
        "7.2, CLASSIC, 30599, 26188, 43467, 62605",
    })
    void faultsAndScansAreTheirs(
            String kernel,
            Lru first,
            long faultsBetween,
            long faultsAfter,
            long scannedBetween,
            long scannedAfter)
            throws IOException {
        ReplayResult end = replay(kernel, first);

        Seen one = seen.getFirst();
        Seen two = seen.getLast();
        close(two.faults - one.faults, faultsBetween, 3);
        close(end.vmstat().get("pgmajfault") - two.faults, faultsAfter, 3);
        close(two.scanned - one.scanned, scannedBetween, 5);
        close(end.vmstat().get("pgscan") - two.scanned, scannedAfter, 5);
        for (int i = 0; i < 2; i++) {
            Seen each = seen.get(i);
            boolean off = (first == Lru.MGLRU) == (i == 0);
            assertThat(each.inactiveNow).isEqualTo(off ? each.inactive : 0);
            assertThat(each.inactive + each.active).isBetween(LIMIT - BATCHED * 1L, LIMIT * 1L);
        }
    }

    private static void close(long ours, long real, double percent) {
        assertThat(ours).isCloseTo(real, withinPercentage(percent));
    }

    private ReplayResult replay(String kernel, Lru first) throws IOException {
        Trace trace = TraceReader.read(Path.of("..", "traces", "zipf.u32.xz"));
        LruGenCaps other = LruGenCaps.of(first == Lru.MGLRU ? 0 : 7);
        LruGenCaps back = LruGenCaps.of(first == Lru.MGLRU ? 7 : 0);
        return ReplayRun.run(
                request(trace, Choice.of(Kernel.class, kernel), first),
                Progress.SILENT,
                List.of(
                        new ReplayRun.Event(FIRST, (cpu, host) -> write(cpu, host, other)),
                        new ReplayRun.Event(SECOND, (cpu, host) -> write(cpu, host, back))));
    }

    private void write(Cpu cpu, Host host, LruGenCaps caps) {
        Lruvec lruvec = host.memcgs().all().getLast().lruvec();
        long inactive = lruvec.size(LruList.INACTIVE_ANON);
        long active = lruvec.size(LruList.ACTIVE_ANON);
        lruvec.flushStats(cpu);
        host.reclaim().setLruGen(cpu, caps);
        lruvec.flushStats(cpu);
        seen.add(
                new Seen(
                        host.stat().get(VmEvent.PGMAJFAULT),
                        host.stat().get(VmEvent.PGSCAN),
                        inactive,
                        active,
                        lruvec.size(LruList.INACTIVE_ANON)));
    }

    private static ReplayRequest request(Trace trace, Kernel kernel, Lru lru) {
        return new ReplayRequest(
                trace,
                LIMIT,
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                        .withKernel(kernel)
                        .withLru(
                                lru,
                                lru == Lru.MGLRU ? LruGenChoice.parse("7") : LruGenChoice.NONE),
                0);
    }
}
