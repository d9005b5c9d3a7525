package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceLap;
import org.gleaner.lab.trace.format.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PressureTargetTest {

    private static final int PAGES = 4000;
    private static final int LAPS = 3000;
    private static final PressureTarget TARGET = PressureTarget.of(0.1);

    /// At most a twelfth of the memory is asked back in a second.
    private static final TrialRequest.Watch WATCH =
            new TrialRequest.Watch(1000, 10_000_000_000L, 2_000_000_000L);

    @TempDir private Path directory;

    /// All pages once, then the first of them over and over.
    private static Trace trace(int again) {
        int[] accesses =
                IntStream.range(0, PAGES + LAPS * again)
                        .map(i -> i < PAGES ? i | 1 << 31 : (i - PAGES) % again)
                        .toArray();
        return new HeldTrace("again-" + again, Level.MEMORY, accesses, PAGES, PAGES);
    }

    private static TrialVm vm(int again, @Nullable PressureTarget target) {
        TrialVm.Limits limits =
                new TrialVm.Limits(
                        TogetherRequest.UNLIMITED, TogetherRequest.UNLIMITED, 0, 0, target);
        Trace trace = trace(again);
        return new TrialVm(trace.name(), new TraceLap(trace, PAGES), PAGES, Loops.PACE, limits);
    }

    private TrialResult run(TrialVm... vms) {
        AdvisedHost host = Loops.host(directory, "64MiB");
        HostTrial trial = new HostTrial(host, List.of(vms), WATCH, 1);
        return HostTrial.run(List.of(trial), Progress.SILENT).getFirst();
    }

    @Test
    void whatIsNeverTouchedAgainIsGivenBack() {
        TrialResult.Vm vm = run(vm(PAGES / 2, TARGET)).vms().getFirst();
        assertThat(vm.touchedPages()).isEqualTo(PAGES);
        assertThat(vm.residentPages()).isBetween((long) (0.45 * PAGES), (long) (0.55 * PAGES));
        assertThat(vm.somePercent()).isLessThan(TARGET.somePercent());
        assertThat(vm.ending()).isNull();
    }

    @Test
    void whoNeedsAllKeepsIt() {
        TrialResult.Vm vm = run(vm(PAGES, TARGET)).vms().getFirst();
        assertThat(vm.residentPages()).isGreaterThan((long) (0.95 * PAGES));
        assertThat(vm.somePercent()).isPositive().isLessThan(TARGET.somePercent());
    }

    @Test
    void whoHasNoTargetIsNotAsked() {
        TrialResult result = run(vm(PAGES / 2, null), vm(PAGES / 2 + 1, TARGET));
        assertThat(result.vms().getFirst().residentPages()).isEqualTo(PAGES);
        assertThat(result.vms().getFirst().majorFaults()).isZero();
        assertThat(result.vms().getLast().residentPages()).isLessThan((long) (0.55 * PAGES));
        assertThat(run(vm(PAGES / 2, null), vm(PAGES / 2 + 1, TARGET))).isEqualTo(result);
    }

    @Test
    void lessIsAskedTheNearerTheTargetIs() {
        PressureTarget target = new PressureTarget(0.1, 6_000_000, 0.0005);
        assertThat(target).isEqualTo(TARGET).isEqualTo(PressureTarget.parse("0.1%"));
        assertThat(target.asked(100_000, 6_000_000, 0)).isEqualTo(50);
        assertThat(target.asked(100_000, 6_000_000, 3_000)).isEqualTo(25);
        assertThat(target.asked(100_000, 12_000_000, 6_000)).isEqualTo(50);
        assertThat(target.asked(100_000, 6_000_000, 6_000)).isZero();
        assertThat(target.asked(100_000, 6_000_000, 5_000_000)).isZero();
    }
}
