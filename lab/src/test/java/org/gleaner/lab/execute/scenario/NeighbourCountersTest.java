package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The books of guests and host: each event of the host is one of some guest, and of one only.
final class NeighbourCountersTest {

    private static NeighboursResult.Run run(String setting, String more, String configuration) {
        List<String> settings =
                List.of(
                        "host.cpus=4",
                        "host.memory=13MiB",
                        "host.swap.size=32MiB",
                        "host.watermarks.minFree=256KiB",
                        "guest.vcpus=2",
                        "guest.memory=8MiB",
                        "guest.tlbEntries=64",
                        "guests=[{name: hot, pauseNanos: 30000, workload: random}, {name: cold,"
                                + " workload: idle"
                                + more
                                + "}]",
                        "writes=[]",
                        "millis=600",
                        "samples=1",
                        setting,
                        "configurations=[{name: x, " + configuration + "}]");
        Neighbours scenario =
                (Neighbours) ScenarioReader.read(Neighbours.KIND, settings, Scale.FULL);
        return NeighboursRun.run(
                        new ScenarioRequest<>(scenario, Scale.FULL, EngineChoice.VIRTUAL, false),
                        Progress.SILENT)
                .runs()
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "host.swap.device=zram, '', 'lru: mglru'",
        "host.swap.device=zram, '', 'lru: classic'",
        "host.swap.device=ssd, '', 'lru: mglru, kernel: \"7.2\"'",
        "host.swap.device=ssd, '', 'lru: classic, kernel: \"6.1\"'",
        "host.swap.device=disk, '', 'lru: classic, kernel: \"6.18\"'",
        "guest.backing=memfd, '', 'lru: mglru, kernel: \"6.18\"'",
        "guest.backing=memfd, '', 'lru: classic'",
        "host.thp=always, '', 'lru: mglru'",
        "'host.commands=[{at: 200ms, to: lru_gen, write: ''- 2 0 max_gen-2 60 500''}]', '', 'lru:"
                + " mglru'",
        "seed=3, ', max: 50%', 'lru: classic'",
        "seed=4, ', high: 50%', 'lru: mglru'",
    })
    void whatGuestsCountAddsUpToWhatTheHostCounts(
            String setting, String more, String configuration) {
        NeighboursResult.Run run = run(setting, more, configuration);
        for (String name : run.guests().getFirst().memoryStat().keySet()) {
            long before =
                    run.guests().stream()
                            .mapToLong(each -> each.populating().memoryStat().get(name))
                            .sum();
            long after = run.guests().stream().mapToLong(each -> each.memoryStat().get(name)).sum();
            assertThat(before)
                    .as("%s while guests populated", name)
                    .isEqualTo(run.populating().vmstat().get(name));
            assertThat(after).as("%s", name).isEqualTo(run.vmstat().get(name));
        }
    }
}
