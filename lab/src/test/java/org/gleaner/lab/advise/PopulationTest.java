package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.scenario.Limit;
import org.junit.jupiter.api.Test;

final class PopulationTest {

    @Test
    void copiesCycleThroughTheTracesAndBeginElsewhere() {
        List<TrialVm> vms = Loops.population().vms(5, 3);
        assertThat(vms)
                .extracting(TrialVm::name)
                .containsExactly("a-1", "b-1", "a-2", "b-2", "a-3");
        assertThat(vms).extracting(vm -> vm.lap().start()).doesNotHaveDuplicates();
        assertThat(Loops.population().touchedPages(5)).isEqualTo(5L * Loops.PAGES);
    }

    @Test
    void oneMoreIsTheSameAndOneMore() {
        Population of = Loops.population();
        assertThat(of.vms(5, 3).subList(0, 4)).isEqualTo(of.vms(4, 3));
        assertThat(starts(Loops.population(), 3)).isEqualTo(starts(of, 3));
        assertThat(starts(of, 4)).isNotEqualTo(starts(of, 3));
    }

    private static List<Long> starts(Population of, long seed) {
        return of.vms(5, seed).stream().map(vm -> vm.lap().start()).toList();
    }

    @Test
    void tracesOfOneNameAreNumberedTogether() {
        Population of =
                new Population(
                        List.of(Loops.loop("a"), Loops.loop("b"), Loops.loop("a")),
                        _ -> 1,
                        VmLimits.NONE);
        assertThat(of.vms(6, 1))
                .extracting(TrialVm::name)
                .containsExactly("a-1", "b-1", "a-2", "a-3", "b-2", "a-4");
    }

    @Test
    void sharesOfLimitsAreOfWhatAVmTouches() {
        TrialVm vm =
                Loops.population()
                        .with(VmLimits.NONE.withLow(Limit.parse("25%")))
                        .vms(1, 1)
                        .getFirst();
        assertThat(vm.limits().low()).isEqualTo(Loops.PAGES / 4);
        assertThat(vm.limits().max()).isEqualTo(Long.MAX_VALUE);
    }
}
