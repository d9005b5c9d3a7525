package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.scenario.Limit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostTrialTest {

    @TempDir private Path directory;

    private static TrialResult run(AdvisedHost host, int vms) {
        return run(host, Loops.population(), vms, 1);
    }

    private static TrialResult run(AdvisedHost host, Population of, int vms, long seed) {
        return HostTrial.run(
                        List.of(new HostTrial(host, of.vms(vms, seed), Loops.WATCH, seed)),
                        Progress.SILENT)
                .getFirst();
    }

    private static double mostFaults(TrialResult result) {
        return result.vms().stream()
                .mapToDouble(TrialResult.Vm::majorFaultsPerSecond)
                .max()
                .orElseThrow();
    }

    /// Loops fit if all their pages and what reclaim keeps free do.
    @Test
    void theCliffIsWhereArithmeticHasIt() {
        for (String memory : List.of("32MiB", "64MiB")) {
            AdvisedHost host = Loops.host(directory, memory);
            int fits = Loops.fit(host);
            assertThat(fits).isGreaterThan(10);
            TrialResult below = run(host, fits);
            assertThat(mostFaults(below)).isZero();
            assertThat(below.vms()).allMatch(vm -> vm.stall().p99() == 0 && vm.ending() == null);
            assertThat(below.hostSomePercent()).isZero();
            TrialResult above = run(host, fits + 1);
            assertThat(mostFaults(above)).isGreaterThan(1000);
            assertThat(above.hostSomePercent()).isPositive();
        }
    }

    /// A VM that nothing holds up does as many requests as its pace says.
    @Test
    void whoIsNotHeldUpKeepsItsPace() {
        TrialResult.Vm vm = run(Loops.host(directory, "64MiB"), 1).vms().getFirst();
        double expected = vm.seconds() * Loops.PACE / Loops.WATCH.requestAccesses();
        assertThat(vm.requests() / expected).isBetween(0.999, 1.001);
        assertThat(vm.seconds())
                .isBetween(Loops.WATCH.nanos() / 1e9, 1.1 * Loops.WATCH.nanos() / 1e9);
        assertThat(vm.residentPages()).isEqualTo(Loops.PAGES);
    }

    @Test
    void stallsAreWhatTheTimeIsLongerBy() {
        AdvisedHost host = Loops.host(directory, "32MiB");
        TrialResult.Vm vm = run(host, 15).vms().getFirst();
        double computed = vm.requests() * Loops.WATCH.requestAccesses() / Loops.PACE;
        assertThat(vm.stallPercent()).isPositive();
        assertThat(vm.seconds() * (1 - vm.stallPercent() / 100) / computed).isBetween(0.995, 1.005);
        assertThat(vm.stall().p50()).isLessThanOrEqualTo(vm.stall().p99());
        assertThat(vm.fault().count()).isGreaterThanOrEqualTo(vm.majorFaults());
    }

    @Test
    void theSameTrialHasTheSameResult() {
        AdvisedHost host = Loops.host(directory, "32MiB");
        Population of = Loops.population();
        List<HostTrial> trials = new ArrayList<>();
        for (long seed = 1; seed <= 2; seed++) {
            trials.add(new HostTrial(host, of.vms(14, seed), Loops.WATCH, seed));
        }
        List<TrialResult> together = HostTrial.run(trials, Progress.SILENT);
        for (int i = 0; i < trials.size(); i++) {
            assertThat(run(host, Loops.population(), 14, i + 1)).isEqualTo(together.get(i));
        }
        assertThat(together).doesNotHaveDuplicates();
    }

    @Test
    void aLimitHoldsItsOwnVmDown() {
        AdvisedHost host = Loops.host(directory, "64MiB");
        List<TrialVm> free = Loops.population().vms(2, 1);
        VmLimits half =
                new VmLimits(
                        Limit.parse("50%"),
                        VmLimits.NONE.high(),
                        VmLimits.NONE.low(),
                        VmLimits.NONE.min(),
                        null);
        List<TrialVm> vms = List.of(free.get(0), Loops.population().with(half).vms(2, 1).get(1));
        TrialResult result =
                HostTrial.run(List.of(new HostTrial(host, vms, Loops.WATCH, 1)), Progress.SILENT)
                        .getFirst();
        assertThat(result.vms().get(0).majorFaults()).isZero();
        assertThat(result.vms().get(1).majorFaults()).isPositive();
        assertThat(result.vms().get(1).residentPages()).isLessThanOrEqualTo(Loops.PAGES / 2);
    }

    @Test
    void whoIsKilledIsTold() {
        AdvisedHost host = Loops.host(directory, "32MiB", "host.swap.device=none");
        TrialResult result = run(host, 16);
        assertThat(result.vms()).anyMatch(vm -> "host-oom".equals(vm.ending()));
        assertThat(result.vms()).anyMatch(vm -> vm.ending() == null && vm.requests() > 0);
    }

    @Test
    void aWatchMayBeLongerThanItsTraceAndCrossItsEnd() {
        TrialRequest.Watch watch = new TrialRequest.Watch(333, 0, 9_000_000);
        AdvisedHost host = Loops.host(directory, "64MiB");
        TrialResult.Vm vm =
                HostTrial.run(
                                List.of(
                                        new HostTrial(
                                                host, Loops.population().vms(1, 7), watch, 7)),
                                Progress.SILENT)
                        .getFirst()
                        .vms()
                        .getFirst();
        assertThat(vm.requests()).isEqualTo(6);
    }
}
